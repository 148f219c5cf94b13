//! The first pass: every file, to its end, before anything is compared. One malformed file stops the whole.

use std::io::Read;
use std::path::Path;

use infra::importers::package::for_each_file;
use infra::importers::{self, aaf, sts};
use jiff::civil::Date;

use super::FeedError;
use super::desired::Desired;

/// The root of a document stands within its first bytes, after a declaration, a document type and a comment.
const HEAD_BYTES: u64 = 4096;

/// Reads folders, files and archives of AAF, STS and calendars, in any mixture.
pub fn read(paths: &[impl AsRef<Path>]) -> Result<Desired, FeedError> {
    let mut desired = Desired::default();
    let mut report = importers::Report::default();
    let contents = for_each_file(paths, |name, input| file(&mut desired, &mut report, name, input))?;
    if contents.files == 0 {
        return Err(FeedError::NothingToRead);
    }
    desired.settle();
    desired.report.read(contents, &report);
    Ok(desired)
}

fn file(
    desired: &mut Desired,
    report: &mut importers::Report,
    name: &str,
    input: &mut dyn Read,
) -> Result<(), FeedError> {
    if name.to_lowercase().ends_with(".ics") {
        return super::calendar::take(desired, name, input, report);
    }
    let mut head = Vec::new();
    // An unreadable beginning is told by the parser, with the name of the file.
    let _ = input.take(HEAD_BYTES).read_to_end(&mut head);
    let text = String::from_utf8_lossy(&head).into_owned();
    let mut whole = head.as_slice().chain(input);
    if text.contains("<STS_EDT") || text.contains("<EDT_STS") {
        let document = sts::read(name, &mut whole, report)?;
        report.count_read(match &document {
            sts::Document::Descending(_) => "STS services",
            sts::Document::Ascending(_) => "STS timetable",
        });
        return super::sts::take(desired, document);
    }
    let own = name.rsplit(['/', '\\']).next().unwrap_or(name);
    desired.date = desired.date.max(date_in(own));
    let delta = own.to_lowercase().contains("_delta_");
    aaf::each_request(name, &mut whole, report, |request, report| {
        super::aaf::take(desired, request, delta, report);
        Ok::<(), FeedError>(())
    })
}

/// `<project>_<Complet|Delta>_<yyyymmdd>_<type>_NNNN.xml`
fn date_in(name: &str) -> Option<Date> {
    let digits = |part: &&str| part.len() == 8 && part.bytes().all(|byte| byte.is_ascii_digit());
    name.split('_').filter(digits).find_map(|part| Date::strptime("%Y%m%d", part).ok())
}
