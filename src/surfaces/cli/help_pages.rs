//! The help of every command as a page.

use clap::CommandFactory;

use super::arguments::Arguments;

/// Returns the long help of the program and of every command that is not hidden, as Markdown.
pub fn help_pages() -> String {
    let mut program = Arguments::command().term_width(100);
    program.build();
    let mut page = format!("```text\n{}\n```\n", plain(&mut program));
    for command in
        program.get_subcommands_mut().filter(|command| !command.is_hide_set() && command.get_name() != "help")
    {
        let help = plain(command);
        page.push_str(&format!("\n## touchmark {}\n\n```text\n{help}\n```\n", command.get_name()));
        let group = command.get_name().to_owned();
        for command in command.get_subcommands_mut().filter(|command| command.get_name() != "help") {
            let help = plain(command);
            page.push_str(&format!("\n### touchmark {group} {}\n\n```text\n{help}\n```\n", command.get_name()));
        }
    }
    page
}

fn plain(command: &mut clap::Command) -> String {
    let help = command.render_long_help().to_string();
    help.lines().map(str::trim_end).collect::<Vec<_>>().join("\n").trim().to_owned()
}
