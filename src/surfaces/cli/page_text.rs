//! A page in Markdown as a terminal shows it.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use super::paint::{self, block, paint};
use super::table::{Cell, lay_out, wrap};

/// Where code begins.
const CODE_INDENT: &str = "    ";
/// Columns beyond which running text is hard to read.
const READABLE_COLUMNS: usize = 88;
/// Columns of a cell of a table that is not the last one.
const CELL_COLUMNS: usize = 40;

/// Lays a page out. Pages are ours; the attacks in their examples are shown escaped.
pub(super) fn show(markdown: &str, width: Option<usize>) -> String {
    let width = width.unwrap_or(READABLE_COLUMNS).min(READABLE_COLUMNS);
    let mut page = PageText { lines: Vec::new(), text: String::new(), rows: Vec::new(), row: Vec::new(), width };
    let mut code: Option<String> = None;
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::CodeBlock(kind)) => {
                let info = if let CodeBlockKind::Fenced(info) = kind { info.to_string() } else { String::new() };
                page.code_head(&info);
                code = Some(String::new());
            }
            Event::End(TagEnd::CodeBlock) => {
                let text = code.take().unwrap_or_default();
                page.code(&text);
            }
            Event::Text(text) if code.is_some() => {
                if let Some(code) = code.as_mut() {
                    code.push_str(&text);
                }
            }
            Event::End(TagEnd::Heading(level)) => page.heading(level as usize),
            Event::End(TagEnd::Paragraph) => page.paragraph(""),
            Event::End(TagEnd::Item) => page.paragraph("- "),
            Event::End(TagEnd::TableCell) => page.cell(),
            Event::End(TagEnd::TableHead | TagEnd::TableRow) => page.end_row(),
            Event::End(TagEnd::Table) => page.table(),
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => page.text.push_str(&text),
            Event::Code(text) => page.text.push_str(&format!("`{text}`")),
            Event::SoftBreak | Event::HardBreak => page.text.push(' '),
            _ => {}
        }
    }
    page.lines.join("\n") + "\n"
}

struct PageText {
    lines: Vec<String>,
    /// The text of the element that is being read.
    text: String,
    rows: Vec<Vec<String>>,
    row: Vec<String>,
    width: usize,
}

impl PageText {
    fn take(&mut self) -> String {
        block(std::mem::take(&mut self.text).trim())
    }

    /// Leaves a line between two elements.
    fn space(&mut self) {
        if self.lines.last().is_some_and(|line| !line.is_empty()) {
            self.lines.push(String::new());
        }
    }

    fn heading(&mut self, level: usize) {
        let text = self.take();
        self.space();
        let style = if level <= 2 { paint::STRONG } else { paint::COMMAND };
        let shown = if level == 2 { text.to_uppercase() } else { text };
        self.lines.push(paint(style, &shown));
    }

    fn paragraph(&mut self, bullet: &str) {
        let text = self.take();
        if text.is_empty() {
            return;
        }
        if bullet.is_empty() {
            self.space();
        }
        let lines = wrap(&text, Some(self.width - bullet.len()));
        let indent = " ".repeat(bullet.len());
        for (index, line) in lines.iter().enumerate() {
            self.lines.push(format!("{}{line}", if index == 0 { bullet } else { &indent }));
        }
    }

    /// Names the file of an example.
    fn code_head(&mut self, info: &str) {
        self.paragraph("");
        let words: Vec<&str> = info.split_whitespace().collect();
        let file = words.iter().find_map(|word| word.strip_prefix("file=")).unwrap_or("SKILL.md");
        let is_file = !words.is_empty();
        self.space();
        if is_file {
            self.lines.push(paint(paint::FAINT, &format!("  {}", block(file))));
        }
    }

    fn code(&mut self, text: &str) {
        for line in block(text).trim_end().lines() {
            self.lines.push(format!("{CODE_INDENT}{line}").trim_end().to_owned());
        }
    }

    fn cell(&mut self) {
        let text = self.take();
        self.row.push(text);
    }

    fn end_row(&mut self) {
        let row = std::mem::take(&mut self.row);
        self.rows.push(row);
    }

    fn table(&mut self) {
        self.space();
        let rows = std::mem::take(&mut self.rows);
        let cells: Vec<Vec<Cell>> = rows
            .iter()
            .enumerate()
            .map(|(index, row)| {
                let style = if index == 0 { paint::FAINT } else { anstyle::Style::new() };
                row.iter().map(|text| Cell::new(text.clone(), style)).collect()
            })
            .collect();
        let columns = cells.first().map_or(0, Vec::len);
        self.lines.extend(lay_out(&cells, &vec![CELL_COLUMNS; columns], Some(self.width)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_laid_out_and_its_examples_are_inert() {
        let page = "# rule\n\nA sentence with `code`\nand more.\n\n| a | b |\n|---|---|\n| 1 | two |\n\n## Flagged\n\n### One\n\n```sh file=a.sh\nprintf '\u{1b}[2J'\n```\n";
        let shown = anstream::adapter::strip_str(&show(page, Some(60))).to_string();
        assert_eq!(
            shown,
            "rule\n\nA sentence with `code` and more.\n\na  b\n1  two\n\nFLAGGED\n\nOne\n\n  a.sh\n    printf '\\u{1b}[2J'\n"
        );
    }

    #[test]
    fn every_page_fits() {
        for rule in crate::scan::RULES.iter() {
            let shown = show(rule.page, Some(80));
            // An example may be about blank lines; what is told before it is not.
            let told = shown.split("NOT FLAGGED").next().unwrap_or_default();
            assert!(told.contains("WHY IT MATTERS") && !told.contains("\n\n\n"), "{}", rule.id);
        }
    }
}
