//! Folding, taint and bounds.

use std::time::Instant;

use super::effect::{Action, Effect};
use super::evaluate::{Files, Unit, evaluate};
use super::parse::parse;
use super::program::Language;

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
                effect.action, effect.place.start, effect.text, effect.target, effect.is_disguised, effect.trigger
            )
        })
        .collect::<Vec<_>>()
        .join("\n")
}

/// Commands and code that are run, with what is folded.
#[test]
fn what_is_run_is_folded() {
    use Language::{JavaScript, Python, Shell, TypeScript};
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
        for language in [Language::Shell, Language::Python, Language::JavaScript] {
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
        for language in [Language::Shell, Language::Python, Language::JavaScript, Language::TypeScript, Language::Other] {
            effects(&text, language);
            effects(&bits, language);
        }
    }
}
