//! What counts as a package that a bundle uses.

use super::*;
use crate::skill::{FileContent, RawBundle, RawFile, SkillBundle};

fn found(files: &[(&str, &str)]) -> Vec<PackageUse> {
    let file = |(path, text): &(&str, &str)| RawFile {
        path: (*path).to_owned(),
        content: FileContent::Bytes(text.as_bytes().to_vec()),
        is_executable: false,
    };
    let raw = RawBundle { files: files.iter().map(file).collect(), unread: Vec::new() };
    let (bundle, issues) = SkillBundle::parse(raw, Some("demo")).expect("a skill");
    package_uses(&bundle, &issues)
}

fn line(one: &PackageUse) -> String {
    let requirement = one.requirement.as_ref().map_or_else(String::new, |text| format!(" {text}"));
    let pin = if one.version.is_some() { "!" } else { "" };
    format!("{}:{} {}/{}{requirement}{pin}", one.path, one.line.unwrap_or_default(), one.source, one.name)
}

const HEAD: &str = "---\nname: demo\ndescription: Installs.\n---\n";

/// Returns what a document with this body uses, without path and line.
fn in_document(body: &str) -> Vec<String> {
    let skill = format!("{HEAD}{body}\n");
    let lines = found(&[("SKILL.md", &skill)]);
    lines.iter().map(|one| line(one).split_once(' ').map(|(_, rest)| rest.to_owned()).unwrap_or_default()).collect()
}

#[test]
fn commands_of_every_installer_are_found_with_their_versions() {
    let rows: &[(&str, &[&str])] = &[
        ("pip install Requests==2.31.0 numpy", &["pypi/requests 2.31.0!", "pypi/numpy"]),
        ("python3 -m pip install 'flask>=2.0,<3' \"My_Lib[all]~=1.0\"", &["pypi/flask >=2.0,<3", "pypi/my-lib ~=1.0"]),
        ("pip install -r requirements.txt -i https://mirror.example/simple pandas", &["pypi/pandas"]),
        (
            "pip install \\\n  torch \\\n  torchvision --index-url https://wheels.example/",
            &["pypi/torch", "pypi/torchvision"],
        ),
        ("pip install -e . ./local git+https://git.example/x.git", &[]),
        ("uv pip install httpx && uv add rich", &["pypi/httpx", "pypi/rich"]),
        ("uvx ruff@0.5.0 check src", &["pypi/ruff 0.5.0!"]),
        ("uvx --from black==24.1.0 blackd serve", &["pypi/black 24.1.0!"]),
        ("uv run --with openpyxl,lxml scripts/run.py data", &["pypi/openpyxl", "pypi/lxml"]),
        ("uv tool install yt-dlp; pipx run cowsay moo", &["pypi/yt-dlp", "pypi/cowsay"]),
        ("npx -y @acme/server@1.2.3 --flag value", &["npm/@acme/server 1.2.3!"]),
        ("npx --package=typescript@5 -- tsc --init", &["npm/typescript 5"]),
        ("npm i -D vitest@^1.0.0 left-pad@latest > log.txt", &["npm/vitest ^1.0.0", "npm/left-pad latest"]),
        ("npm install --prefix ./app express # web", &["npm/express"]),
        ("pnpm dlx degit owner/repository", &["npm/degit"]),
        ("yarn global add serve\nbunx cowsay hi\nbun add zod", &["npm/serve", "npm/cowsay", "npm/zod"]),
        ("npm create vite@latest my-site -- --template react", &["npm/create-vite latest"]),
        ("npm install owner/repository ./folder", &[]),
        ("go install git.host.dev/cmd/tool@v1.2.3", &["go/git.host.dev/cmd/tool v1.2.3!"]),
        ("go run main.go\ngo get ./...\ngo install git.host.dev/a/b/...@latest", &["go/git.host.dev/a/b latest"]),
        ("cargo install ripgrep --version 14.1.0 --locked", &["cargo/ripgrep 14.1.0!"]),
        ("cargo install --git https://git.example/x.git tool", &[]),
        ("cargo add serde@1 --features derive", &["cargo/serde 1"]),
        (
            "brew install jq python@3.12\nbrew install --cask owner/tap/thing",
            &["homebrew/jq", "homebrew/python@3.12", "homebrew/owner/tap/thing"],
        ),
        ("gem install bundler -v 2.5.0", &["gem/bundler 2.5.0!"]),
        ("sudo apt-get install -y ffmpeg libfoo-dev=1.2-1", &["apt/ffmpeg", "apt/libfoo-dev 1.2-1!"]),
        ("conda install -c conda-forge numpy=1.26", &["conda/numpy 1.26!"]),
        ("subprocess.run([sys.executable, \"-m\", \"pip\", \"install\", \"tqdm==4.66.0\"])", &["pypi/tqdm 4.66.0!"]),
        (
            "{\"mcpServers\": {\"a\": {\"command\": \"npx\", \"args\": [\"-y\", \"a-server@1.0.0\"]}}}",
            &["npm/a-server 1.0.0!"],
        ),
        ("[mcp.b]\ncommand = \"uvx\"\nargs = [\"b-server\"]", &["pypi/b-server"]),
        ("echo \"Run pip install numpy\" > readme.txt", &["pypi/numpy"]),
        ("print('pip install pillow')", &["pypi/pillow"]),
    ];
    for (command, expected) in rows {
        assert_eq!(in_document(&format!("```bash\n{command}\n```")), *expected, "{command}");
    }
}

#[test]
fn what_stands_for_a_name_or_is_part_of_a_sentence_is_no_package() {
    let rows: &[(&str, &[&str])] = &[
        (
            "```bash\npip install <package>\nnpm install your-package\nnpx @scope/name\npip install PACKAGE_NAME $NAME {name}\n```",
            &[],
        ),
        ("```bash\nnpm install\nnpm ci\npip install\ncargo install --path .\n```", &[]),
        ("```bash\n# pip install commented\npip install shown  # and not this\n```", &["pypi/shown"]),
        ("Install it by hand: pip install pandas in your head.", &[]),
        ("Run pip install pandas.", &["pypi/pandas"]),
        ("Run `npm install express` first.", &["npm/express"]),
        ("Führe pip install requests aus.", &["pypi/requests"]),
        ("先运行 pip install requests 安装依赖", &["pypi/requests"]),
        ("`pip install requests`を実行します", &["pypi/requests"]),
        ("Ejecuta `npx -y cowsay` y luego `uvx ruff`.", &["npm/cowsay", "pypi/ruff"]),
        ("Установите: `brew install jq`", &["homebrew/jq"]),
        ("The skill does npm install and then it runs.", &[]),
        ("Build it (`npm install + npm run build`).", &[]),
        ("```bash\necho \"ERROR: bun install script checksum mismatch\" >&2\n```", &[]),
    ];
    for (body, expected) in rows {
        let found = in_document(body);
        assert!(expected.iter().all(|name| found.contains(&(*name).to_owned())), "{body}: {found:?}");
        assert!(
            found.len() <= expected.len().max(1) && (!expected.is_empty() || found.is_empty()),
            "{body}: {found:?}"
        );
    }
}

#[test]
fn manifests_lock_files_and_headers_are_read_at_their_lines() {
    let skill = format!("{HEAD}# Demo\n");
    let front = "---\nname: demo\ndescription: x\nmetadata: {\"install\": [{\"id\": \"a\", \"kind\": \"brew\", \"formula\": \"jq\"}, {\"kind\": \"node\", \"package\": \"zx\"}]}\n---\n# Demo\n";
    let script = "#!/usr/bin/env -S uv run\n# /// script\n# requires-python = \">=3.11\"\n# dependencies = [\n#   \"httpx[http2]==0.27.0\",\n#   \"rich\",\n# ]\n# ///\nprint()\n";
    let rows: &[(&str, &str, &[&str])] = &[
        (
            "requirements.txt",
            "# list\nrequests==2.31.0\nDemo_Tool>=1\n",
            &["requirements.txt:3 pypi/demo-tool >=1", "requirements.txt:2 pypi/requests 2.31.0!"],
        ),
        (
            "package.json",
            "{\n  \"dependencies\": {\n    \"express\": \"^4.0.0\",\n    \"own\": \"file:../own\"\n  }\n}\n",
            &["package.json:3 npm/express ^4.0.0"],
        ),
        (
            "uv.lock",
            "[[package]]\nname = \"idna\"\nversion = \"3.7\"\nsource = { registry = \"x\" }\n",
            &["uv.lock:2 pypi/idna 3.7!"],
        ),
        ("scripts/run.py", script, &["scripts/run.py:5 pypi/httpx 0.27.0!", "scripts/run.py:6 pypi/rich"]),
        (
            "tool/Cargo.toml",
            "[package]\nname = \"tool\"\n[dependencies]\nserde = \"1.0.2\"\nlocal = { path = \"x\" }\n",
            &["tool/Cargo.toml:4 cargo/serde ^1.0.2"],
        ),
        (
            "go.mod",
            "module x.dev/y\n\nrequire (\n\tgit.host.dev/a/b v1.2.3\n)\n",
            &["go.mod:4 go/git.host.dev/a/b v1.2.3!"],
        ),
        ("Brewfile", "tap \"a/b\"\nbrew \"jq\"\n", &["Brewfile:2 homebrew/jq"]),
        ("Gemfile", "source \"x\"\ngem \"rake\", \"13.0.0\"\n", &["Gemfile:2 gem/rake 13.0.0!"]),
        (
            "environment.yml",
            "name: demo\ndependencies:\n  - numpy=1.26.0\n  - pip:\n    - rich==13.0.0\n",
            &["environment.yml:3 conda/numpy 1.26.0!", "environment.yml:5 pypi/rich 13.0.0!"],
        ),
        ("tests/requirements.txt", "evil==1.0\n", &[]),
    ];
    for (path, content, expected) in rows {
        let mut lines: Vec<String> = found(&[("SKILL.md", &skill), (path, content)]).iter().map(line).collect();
        let mut expected: Vec<String> = expected.iter().map(|line| (*line).to_owned()).collect();
        lines.sort();
        expected.sort();
        assert_eq!(lines, expected, "{path}");
    }
    assert_eq!(
        found(&[("SKILL.md", front)]).iter().map(line).collect::<Vec<_>>(),
        ["SKILL.md:4 homebrew/jq", "SKILL.md:4 npm/zx"]
    );
}

#[test]
fn the_instructions_come_first_and_each_package_stands_once() {
    let skill = format!("{HEAD}Run `pip install rich`.\n");
    let files = [("SKILL.md", skill.as_str()), ("A.md", "`pip install rich`\n`pip install other`\n")];
    let uses = found(&files);
    let told: Vec<(String, UseKind)> = uses.iter().map(|one| (line(one), one.kind)).collect();
    assert_eq!(
        told,
        [("SKILL.md:5 pypi/rich".to_owned(), UseKind::Command), ("A.md:2 pypi/other".to_owned(), UseKind::Mention)]
    );
}

#[test]
fn hostile_commands_are_bounded() {
    let many: String = (0..5_000).map(|number| format!("pip install package-{number}\n")).collect();
    let long = format!("pip install {}\nbrew install {}\n", "x".repeat(100_000), "y".repeat(100_000));
    let odd = "pip install ' \nnpx \" \u{202e}evil\nnpm i \u{0}\nuvx \\";
    let skill = format!("{HEAD}# Demo\n");
    assert!(found(&[("SKILL.md", &skill), ("a.sh", &many)]).len() <= 2_000);
    for script in [long.as_str(), odd] {
        let uses = found(&[("SKILL.md", &skill), ("a.sh", script)]);
        assert!(uses.iter().all(|one| one.name.len() <= 214 && one.name.is_ascii()), "{uses:?}");
    }
}

#[test]
fn package_urls_are_those_of_the_specification() {
    let rows = [
        ("npx -y @acme/a@1.0.0", Some("pkg:npm/%40acme/a@1.0.0")),
        ("pip install rich", Some("pkg:pypi/rich")),
        ("go install git.host.dev/a/b@v1.2.3", Some("pkg:golang/git.host.dev/a/b@v1.2.3")),
        ("apt install ffmpeg", None),
    ];
    for (command, expected) in rows {
        let skill = format!("{HEAD}```\n{command}\n```\n");
        assert_eq!(found(&[("SKILL.md", &skill)])[0].purl().as_deref(), expected, "{command}");
    }
}
