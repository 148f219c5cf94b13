//! What a file is, told from its first bytes. What its name or its sender says is not asked.

use domain::textbook::file::Media;

/// The type of a file that begins so; none when it is not one that is taken.
pub fn of(first: &[u8]) -> Option<Media> {
    let told = infer::get(first)?.mime_type();
    match told {
        "application/zip" => office(first),
        "audio/m4a" => Some(Media::M4a),
        "audio/ogg" | "audio/opus" => Some(Media::Ogg),
        "audio/x-wav" => Some(Media::Wav),
        other => Media::ALL.into_iter().find(|media| media.mime() == other),
    }
}

/// Office documents are archives; the order of what is in them is their program's own.
fn office(first: &[u8]) -> Option<Media> {
    const ENTRY: &[u8] = b"PK\x03\x04";
    const NAME: usize = 30;
    let entries = first.windows(ENTRY.len()).enumerate().filter(|(_, bytes)| *bytes == ENTRY);
    let mut names = entries.filter_map(|(at, _)| first.get(at + NAME..));
    let folders: [(&[u8], Media); 3] = [(b"word/", Media::Docx), (b"xl/", Media::Xlsx), (b"ppt/", Media::Pptx)];
    if !first.get(NAME..)?.starts_with(b"[Content_Types].xml") && !first.get(NAME..)?.starts_with(b"_rels/.rels") {
        return None;
    }
    names.find_map(|name| folders.iter().find(|(folder, _)| name.starts_with(folder)).map(|(_, media)| *media))
}

#[cfg(test)]
mod spec {
    use super::*;

    /// An archive whose entries are empty and have these names.
    fn archive(names: &[&str]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for name in names {
            bytes.extend_from_slice(b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0");
            bytes.extend_from_slice(&[0; 12]);
            bytes.extend_from_slice(&(name.len() as u16).to_le_bytes());
            bytes.extend_from_slice(&[0; 2]);
            bytes.extend_from_slice(name.as_bytes());
        }
        bytes
    }

    #[test]
    fn what_a_class_uses_is_taken() {
        let odt = [&archive(&["mimetype"])[..], b"application/vnd.oasis.opendocument.text"].concat();
        let wav = [&b"RIFF\x24\0\0\0WAVEfmt "[..], &[0; 40]].concat();
        let m4a = [&b"\0\0\0\x20ftypM4A "[..], &[0; 32]].concat();
        let mp4 = [&b"\0\0\0\x20ftypmp42"[..], &[0; 32]].concat();
        let webp = [&b"RIFF\x24\0\0\0WEBPVP8 "[..], &[0; 40]].concat();
        for (bytes, media) in [
            (&b"%PDF-1.7\n"[..], Media::Pdf),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", Media::Png),
            (b"\xff\xd8\xff\xe0\0\x10JFIF", Media::Jpeg),
            (b"ID3\x04\0\0\0\0\0\0", Media::Mp3),
            (b"OggS\0\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01vorbis", Media::Ogg),
            (&wav, Media::Wav),
            (&m4a, Media::M4a),
            (&mp4, Media::Mp4),
            (&webp, Media::Webp),
            (&odt, Media::Odt),
            (&archive(&["[Content_Types].xml", "_rels/.rels", "word/document.xml"]), Media::Docx),
            (&archive(&["_rels/.rels", "docProps/app.xml", "docProps/core.xml", "xl/workbook.xml"]), Media::Xlsx),
            (&archive(&["[Content_Types].xml", "_rels/.rels", "ppt/presentation.xml"]), Media::Pptx),
        ] {
            assert_eq!(of(bytes), Some(media), "{:?}", bytes.escape_ascii().to_string());
        }
    }

    #[test]
    fn a_page_a_picture_that_holds_one_a_program_and_a_plain_archive_are_not() {
        for bytes in [
            &b"<!doctype html><script>alert(1)</script>"[..],
            b"<html><body>",
            b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script/></svg>",
            b"<?xml version=\"1.0\"?><svg/>",
            b"MZ\x90\0\x03\0\0\0",
            b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x40\0",
            b"#!/bin/sh\nrm -rf .",
            b"GIF89a",
            b"Bonjour",
            b"",
            &archive(&["notes.txt", "word/document.xml"]),
            &archive(&["[Content_Types].xml", "notes.txt"]),
        ] {
            assert_eq!(of(bytes), None, "{:?}", bytes.escape_ascii().to_string());
        }
    }
}
