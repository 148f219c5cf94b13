//! Bytes of any declared encoding, handed to the parser as UTF-8, a few kilobytes at a time.

use std::io::{self, BufRead, Read};

use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};

use crate::importers::Problem;

const RAW_BYTES: usize = 32 * 1024;
/// Enough for UTF-8 of any single-byte or UTF-16 input of that size, in one turn.
const TEXT_BYTES: usize = 3 * RAW_BYTES;
/// The declaration is the first thing in a file, and short.
const DECLARATION_BYTES_MAX: usize = 1024;

/// A decoding stream that counts lines and refuses to feed more than a set size between two calls of `rest`.
pub struct Source<'a> {
    input: &'a mut dyn Read,
    decoder: Decoder,
    raw: Box<[u8]>,
    raw_from: usize,
    raw_to: usize,
    raw_ended: bool,
    text: Box<[u8]>,
    text_from: usize,
    text_to: usize,
    ended: bool,
    line: u64,
    taken: usize,
    taken_max: usize,
    problem: Option<Problem>,
}

impl<'a> Source<'a> {
    /// Reads the first bytes and settles the encoding: byte order mark, then declaration, then UTF-8.
    pub fn open(input: &'a mut dyn Read, taken_max: usize) -> Result<Self, Problem> {
        let mut source = Self {
            input,
            decoder: UTF_8.new_decoder_with_bom_removal(),
            raw: vec![0; RAW_BYTES].into_boxed_slice(),
            raw_from: 0,
            raw_to: 0,
            raw_ended: false,
            text: vec![0; TEXT_BYTES].into_boxed_slice(),
            text_from: 0,
            text_to: 0,
            ended: false,
            line: 1,
            taken: 0,
            taken_max,
            problem: None,
        };
        while source.raw_to < DECLARATION_BYTES_MAX && !source.raw_ended {
            source.read_more().map_err(|error| Problem::Unreadable(error.to_string()))?;
        }
        source.decoder = encoding_of(&source.raw[..source.raw_to])?.new_decoder_with_bom_removal();
        Ok(source)
    }

    /// Line of the last byte the parser took.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// Starts the count of bytes anew: a piece of the document is complete.
    pub fn rest(&mut self) {
        self.taken = 0;
    }

    /// Why reading failed, once; the parser only saw an input error.
    pub fn take_problem(&mut self) -> Option<Problem> {
        self.problem.take()
    }

    fn read_more(&mut self) -> io::Result<()> {
        loop {
            match self.input.read(&mut self.raw[self.raw_to..]) {
                Ok(read) => {
                    self.raw_to += read;
                    self.raw_ended = read == 0;
                    return Ok(());
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn refuse(&mut self, problem: Problem) -> io::Error {
        let error = io::Error::other(problem.to_string());
        self.problem = Some(problem);
        error
    }

    fn decode_more(&mut self) -> io::Result<()> {
        if self.raw_from == self.raw_to && !self.raw_ended {
            (self.raw_from, self.raw_to) = (0, 0);
            if let Err(error) = self.read_more() {
                return Err(self.refuse(Problem::Unreadable(error.to_string())));
            }
        }
        let (result, read, written) = self.decoder.decode_to_utf8_without_replacement(
            &self.raw[self.raw_from..self.raw_to],
            &mut self.text,
            self.raw_ended,
        );
        self.raw_from += read;
        (self.text_from, self.text_to) = (0, written);
        match result {
            DecoderResult::InputEmpty => self.ended = self.raw_ended,
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(..) => {
                self.line += lines_in(&self.text[..written]);
                let name = self.decoder.encoding().name();
                return Err(self.refuse(Problem::NotInEncoding(name)));
            }
        }
        Ok(())
    }
}

impl Read for Source<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let ready = self.fill_buf()?;
        let taken = ready.len().min(out.len());
        out[..taken].copy_from_slice(&ready[..taken]);
        self.consume(taken);
        Ok(taken)
    }
}

impl BufRead for Source<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.problem.is_some() {
            return Err(io::Error::other("refused"));
        }
        if self.taken > self.taken_max {
            return Err(self.refuse(Problem::TooLarge(self.taken_max)));
        }
        while self.text_from == self.text_to && !self.ended {
            self.decode_more()?;
        }
        Ok(&self.text[self.text_from..self.text_to])
    }

    fn consume(&mut self, count: usize) {
        let to = (self.text_from + count).min(self.text_to);
        self.line += lines_in(&self.text[self.text_from..to]);
        self.taken += count;
        self.text_from = to;
    }
}

fn lines_in(bytes: &[u8]) -> u64 {
    // Counted by eighths of a kilobyte, so that the inner sum fits in a byte and goes sixteen at a time.
    let blocks = bytes.chunks(128);
    blocks.map(|block| u64::from(block.iter().map(|byte| u8::from(*byte == b'\n')).sum::<u8>())).sum()
}

/// The encoding of a file from its first bytes.
fn encoding_of(head: &[u8]) -> Result<&'static Encoding, Problem> {
    if let Some((encoding, _)) = Encoding::for_bom(head) {
        return Ok(encoding);
    }
    match head {
        [b'<', 0, ..] => return Ok(UTF_16LE),
        [0, b'<', ..] => return Ok(UTF_16BE),
        _ => {}
    }
    let Some(label) = declared(head) else {
        return Ok(UTF_8);
    };
    // The declaration was legible byte by byte, so a file that calls itself UTF-16 here is mistaken.
    match Encoding::for_label_no_replacement(label) {
        Some(encoding) if encoding == UTF_16LE || encoding == UTF_16BE => Ok(UTF_8),
        Some(encoding) => Ok(encoding),
        None => Err(Problem::UnknownEncoding(String::from_utf8_lossy(label).chars().take(40).collect())),
    }
}

/// The value of `encoding` in `<?xml … encoding="…" ?>`, if the file starts with one.
fn declared(head: &[u8]) -> Option<&[u8]> {
    let declaration = head.trim_ascii_start().strip_prefix(b"<?xml")?;
    let end = declaration.windows(2).position(|pair| pair == b"?>")?;
    let declaration = &declaration[..end];
    let word = b"encoding";
    let at = declaration.windows(word.len()).position(|part| part == word)?;
    let value = declaration[at + word.len()..].trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let (quote, value) = value.split_first()?;
    let end = value.iter().position(|byte| byte == quote)?;
    Some(value[..end].trim_ascii())
}
