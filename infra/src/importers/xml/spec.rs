use std::io::{self, Read};

use super::{DEPTH_MAX, PIECE_BYTES_MAX, Reader};
use crate::importers::{ParseError, Problem};

/// Every text of a document, in order.
fn texts(bytes: &[u8]) -> Result<Vec<String>, ParseError> {
    let mut input = bytes;
    let mut reader = Reader::open("feed.xml", &mut input)?;
    let mut found = Vec::new();
    reader.root(&["a"])?;
    reader.each_child(|reader, _| {
        found.extend(reader.text()?);
        Ok(())
    })?;
    reader.finish()?;
    Ok(found)
}

fn problem(bytes: &[u8]) -> Problem {
    texts(bytes).unwrap_err().problem
}

fn utf_16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(unit).collect()
}

#[test]
fn the_declaration_names_the_encoding_and_its_absence_means_utf_8() {
    assert_eq!(texts("<a><v>Cocœ €</v></a>".as_bytes()).unwrap(), ["Cocœ €"]);
    assert_eq!(texts(b"<?xml version='1.0' encoding='ISO-8859-15'?>\n<a><v>Coc\xbd \xa4</v></a>").unwrap(), ["Cocœ €"]);
    assert_eq!(texts(b"<?xml version=\"1.0\" encoding=\"iso-8859-1\"?><a><v>\xbd \xe9</v></a>").unwrap(), ["½ é"]);
    assert_eq!(texts("\u{feff}<?xml version=\"1.0\"?><a><v>é</v></a>".as_bytes()).unwrap(), ["é"]);
}

#[test]
fn utf_16_is_read_with_or_without_its_mark() {
    let document = "<?xml version=\"1.0\" encoding=\"UTF-16\"?><a><v>Cocœ&#233;</v></a>";
    assert_eq!(texts(&utf_16(document, u16::to_le_bytes)).unwrap(), ["Cocœé"]);
    assert_eq!(texts(&utf_16(document, u16::to_be_bytes)).unwrap(), ["Cocœé"]);
    assert_eq!(texts(&utf_16(&format!("\u{feff}{document}"), u16::to_be_bytes)).unwrap(), ["Cocœé"]);
    assert_eq!(texts(document.as_bytes()).unwrap(), ["Cocœé"]);
}

#[test]
fn an_unknown_encoding_is_named() {
    let error = texts(b"<?xml version=\"1.0\" encoding=\"KLINGON-1\"?><a/>").unwrap_err();
    assert_eq!(error.to_string(), "feed.xml, line 1: the encoding \"KLINGON-1\" is unknown");
}

#[test]
fn latin_bytes_without_a_declaration_are_an_error_with_their_line() {
    let error = texts(b"<a>\n<v>ok</v>\n<v>\xe9</v></a>").unwrap_err();
    assert_eq!((error.line, error.problem), (3, Problem::NotInEncoding("UTF-8")));
}

#[test]
fn only_the_five_entities_and_numbers_are_read() {
    let document = b"<a><v>&lt;&gt;&amp;&quot;&apos;&#65;&#x42;<![CDATA[<&amp;]]></v></a>";
    assert_eq!(texts(document).unwrap(), ["<>&\"'AB<&amp;"]);
    assert_eq!(problem(b"<a><v>caf&eacute;</v></a>"), Problem::UnknownEntity("eacute".into()));
    let stray = problem("<a><v>Zoé &MARTIN Léa; </v></a>".as_bytes());
    assert_eq!(stray, Problem::UnknownEntity("…".into()));
    assert_eq!(problem(b"<a><v>&#0;</v></a>"), Problem::ForbiddenCharacter);
    assert_eq!(problem(b"<a><v>\x01</v></a>"), Problem::ForbiddenCharacter);
    assert!(matches!(problem(b"<a><v>A & B</v></a>"), Problem::Malformed(_)));
}

#[test]
fn a_document_type_is_passed_over_unless_it_declares_an_entity() {
    assert_eq!(texts(b"<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a><v>x</v></a>").unwrap(), ["x"]);
    assert_eq!(texts(b"<!DOCTYPE a [<!ELEMENT a (v)>]><a><v>x</v></a>").unwrap(), ["x"]);
    let lol = b"<!DOCTYPE a [<!ENTITY l \"ha\"><!ENTITY m \"&l;&l;\">]><a><v>&m;</v></a>";
    assert_eq!(problem(lol), Problem::EntityDeclared);
    assert_eq!(problem(b"<!DOCTYPE a [<!ENTITY % x SYSTEM \"http://x/\"> %x;]><a/>"), Problem::EntityDeclared);
}

#[test]
fn texts_are_trimmed_and_blank_is_absent() {
    let document = "<a><v>\n   CRETEIL\r\n </v><v/><v></v><v>  \u{a0} </v><v>b <!-- c --> d</v><v>e<w>f</w>g</v></a>";
    assert_eq!(texts(document.as_bytes()).unwrap(), ["CRETEIL", "b  d", "eg"]);
}

#[test]
fn an_element_left_open_is_told_with_its_file_lines_and_path() {
    let error = texts(b"<a>\n <b CODE=\"3A\">\n  <c>\n </b>\n</a>").unwrap_err();
    assert_eq!(error.to_string(), "feed.xml, line 4, a/b \"3A\"/c: <c>, opened at line 3, meets </b>");
    let error = texts(b"<a>\n <b>\n  <c/>\n").unwrap_err();
    assert_eq!(error.to_string(), "feed.xml, line 4, a/b: the file ends inside <b>, opened at line 2");
    assert!(matches!(problem(b"<a><v>x</v><v"), Problem::Malformed(_)));
}

#[test]
fn other_documents_are_refused() {
    assert_eq!(problem(b"  \n"), Problem::Empty);
    assert_eq!(problem(b"<html/>"), Problem::OtherRoot { found: "html".into(), expected: "a".into() });
    assert_eq!(problem(b"<a/><?xml version=\"1.0\"?><a/>"), Problem::SecondRoot("a".into()));
    assert!(matches!(problem(b"<a></a></b>"), Problem::Malformed(_)));
}

/// A document that never ends.
struct Endless {
    head: &'static [u8],
    given: usize,
}

impl Read for Endless {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        assert!(self.given < 4 * PIECE_BYTES_MAX, "reading did not stop");
        let from_head = self.head.len().min(out.len());
        out[..from_head].copy_from_slice(&self.head[..from_head]);
        out[from_head..].fill(b'x');
        self.head = &self.head[from_head..];
        self.given += out.len();
        Ok(out.len())
    }
}

#[test]
fn a_piece_without_end_is_given_up() {
    for head in ["<a><v>", "<a><v ", "<a><!--", "<a><v><![CDATA[", "<!DOCTYPE a ["] {
        let mut input = Endless { head: head.as_bytes(), given: 0 };
        let mut reader = Reader::open("endless.xml", &mut input).unwrap();
        let result = reader.root(&["a"]).and_then(|_| reader.each_child(|reader, _| reader.text().map(drop)));
        assert!(matches!(result.unwrap_err().problem, Problem::TooLarge(_)), "{head}");
    }
}

#[test]
fn a_text_in_many_small_pieces_is_limited_too() {
    let document = format!("<a><v>{}</v></a>", "x<!---->".repeat(PIECE_BYTES_MAX + 1));
    assert_eq!(problem(document.as_bytes()), Problem::TooLarge(PIECE_BYTES_MAX));
}

#[test]
fn depth_is_limited() {
    assert_eq!(problem("<a>".repeat(DEPTH_MAX + 1).as_bytes()), Problem::TooDeep(DEPTH_MAX));
}

/// Gives bytes one by one, then fails as a bad disk does.
struct Failing(usize);

impl Read for Failing {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let document = b"<a><v>x</v>";
        let byte = document.get(self.0).ok_or_else(|| io::Error::other("bad sector"))?;
        out[0] = *byte;
        self.0 += 1;
        Ok(1)
    }
}

#[test]
fn an_input_that_fails_is_told_as_such() {
    let opened = Reader::open("feed.xml", &mut Failing(0)).map(drop);
    assert_eq!(opened.unwrap_err().problem, Problem::Unreadable("bad sector".into()));
}

#[test]
fn what_a_caller_leaves_unread_is_passed_over() {
    let mut input: &[u8] = b"<a><skip><deep>1</deep></skip><v>2</v></a>";
    let mut reader = Reader::open("feed.xml", &mut input).unwrap();
    reader.root(&["a"]).unwrap();
    let mut names = Vec::new();
    reader
        .each_child(|reader, child| {
            names.push(child.name.clone());
            if child.name == "v" {
                assert_eq!(reader.text()?.as_deref(), Some("2"));
            }
            Ok(())
        })
        .unwrap();
    reader.finish().unwrap();
    assert_eq!(names, ["skip", "v"]);
}
