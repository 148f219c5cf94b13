//! An XML file being written: streamed, in the encoding its declaration says.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// Encodings seen in real files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    /// ISO-8859-15; a letter it lacks becomes a character reference.
    Latin9,
    Utf8,
    /// UTF-8 without an XML declaration, as in the oldest AAF sets.
    Undeclared,
}

pub(super) struct Sheet {
    out: BufWriter<File>,
    encoding: Encoding,
}

impl Sheet {
    pub(super) fn create(path: &Path, encoding: Encoding) -> io::Result<Self> {
        let mut sheet = Self { out: BufWriter::with_capacity(1 << 16, File::create(path)?), encoding };
        match encoding {
            Encoding::Latin9 => sheet.raw("<?xml version=\"1.0\" encoding=\"ISO-8859-15\"?>\n")?,
            Encoding::Utf8 => sheet.raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")?,
            Encoding::Undeclared => {}
        }
        Ok(sheet)
    }

    /// Writes markup already escaped.
    pub(super) fn raw(&mut self, markup: &str) -> io::Result<()> {
        match self.encoding {
            Encoding::Latin9 => self.out.write_all(&encoding_rs::ISO_8859_15.encode(markup).0),
            Encoding::Utf8 | Encoding::Undeclared => self.out.write_all(markup.as_bytes()),
        }
    }

    pub(super) fn open(&mut self, name: &str) -> io::Result<()> {
        self.raw(&format!("<{name}>\n"))
    }

    pub(super) fn open_with(&mut self, name: &str, attributes: &[(&str, &str)]) -> io::Result<()> {
        let mut tag = format!("<{name}");
        for (attribute, value) in attributes {
            tag.extend([" ", attribute, "=\""]);
            escape(value, &mut tag);
            tag.push('"');
        }
        tag.push_str(">\n");
        self.raw(&tag)
    }

    pub(super) fn close(&mut self, name: &str) -> io::Result<()> {
        self.raw(&format!("</{name}>\n"))
    }

    /// An element with a text, or empty.
    pub(super) fn leaf(&mut self, name: &str, text: &str) -> io::Result<()> {
        let mut element = format!("<{name}");
        if text.is_empty() {
            element.push_str("/>\n");
        } else {
            element.push('>');
            escape(text, &mut element);
            element.extend(["</", name, ">\n"]);
        }
        self.raw(&element)
    }

    pub(super) fn finish(mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Appends `text` to `markup` with the five reserved characters replaced.
pub(super) fn escape(text: &str, markup: &mut String) {
    for letter in text.chars() {
        match letter {
            '&' => markup.push_str("&amp;"),
            '<' => markup.push_str("&lt;"),
            '>' => markup.push_str("&gt;"),
            '"' => markup.push_str("&quot;"),
            '\'' => markup.push_str("&apos;"),
            _ => markup.push(letter),
        }
    }
}
