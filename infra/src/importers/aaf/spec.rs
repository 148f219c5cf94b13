//! Records written by hand, since no delta and few odd records are public. The published files are in `published`.

use std::collections::BTreeSet;

use super::{Attributes, Category, Pupil, Record, Request, attributes, each_request};
use crate::importers::{ParseError, Problem, Report};

mod meaning;
mod published;

fn read(document: &str) -> Result<(Vec<Request>, Report), ParseError> {
    let mut report = Report::default();
    let mut requests = Vec::new();
    each_request::<ParseError>("Feed.xml", &mut document.as_bytes(), &mut report, |request, _| {
        requests.push(request);
        Ok(())
    })?;
    Ok((requests, report))
}

/// A document of one request; attributes are given as `name=value|value`.
fn request(action: &str, category: &str, id: &str, attributes: &[&str]) -> String {
    let (list, item) = if action == "modify" {
        ("modifications", "modification operation=\"replace\"")
    } else {
        ("attributes", "attr")
    };
    let closing = item.split(' ').next().unwrap();
    let body: Vec<String> = attributes
        .iter()
        .map(|attribute| {
            let (name, values) = attribute.split_once('=').unwrap();
            let values = values.replace('|', "</value><value>");
            format!("\n<{item} name=\"{name}\"><value>{values}</value></{closing}>")
        })
        .collect();
    let body = body.concat();
    let body = if action == "delete" { String::new() } else { format!("<{list}>{body}</{list}>") };
    format!(
        "<ficAlimMENESR><{action}Request><operationalAttributes><attr name=\"categoriePersonne\">\
         <value>{category}</value></attr></operationalAttributes><identifier><id>{id}</id></identifier>{body}\
         </{action}Request></ficAlimMENESR>"
    )
}

fn one(document: &str) -> (Request, Report) {
    let (requests, report) = read(document).unwrap();
    (requests.into_iter().next().unwrap(), report)
}

fn added(category: &str, attributes: &[&str]) -> (Record, Report) {
    match one(&request("add", category, "31", attributes)) {
        (Request::Add(record), report) => (record, report),
        other => panic!("{other:?}"),
    }
}

fn pupil(attributes: &[&str]) -> (Pupil, Report) {
    let (record, mut report) = added("Eleve", attributes);
    (Pupil::of(&record, &mut report), report)
}

#[test]
fn the_dictionary_is_sorted_for_its_search() {
    assert!(attributes::KNOWN.is_sorted());
    assert_eq!(attributes::KNOWN.iter().collect::<BTreeSet<_>>().len(), attributes::KNOWN.len());
}

#[test]
fn values_are_trimmed_blank_ones_are_absent_and_each_is_kept_once() {
    let (record, _) = added("Eleve", &["sn= Martin ", "mail=", "ENTEleveGroupes=  | ", "ENTEleveClasses=1$A|1$B| 1$A"]);
    assert_eq!(record.attributes.values("sn"), ["Martin"]);
    assert!(!record.attributes.holds("mail") && !record.attributes.holds("ENTEleveGroupes"));
    assert_eq!(record.attributes.values("ENTEleveClasses"), ["1$A", "1$B"]);
    assert!(record.attributes.values("absent").is_empty());
}

#[test]
fn a_modification_replaces_whole_lists_and_clears_by_an_empty_one() {
    let (mut record, _) = added("Eleve", &["sn=Avant", "ENTEleveClasses=1$A", "ENTEleveGroupes=1$G|1$H", "mail=x"]);
    let (request, _) = one(&request("modify", "Eleve", "31", &["sn=Après", "ENTEleveGroupes=1$K", "mail="]));
    let Request::Modify(changes) = request else { panic!("{request:?}") };
    assert!(changes.attributes.holds("mail"));
    record.overlay(&changes);
    let (expected, _) = added("Eleve", &["sn=Après", "ENTEleveClasses=1$A", "ENTEleveGroupes=1$K"]);
    assert!(record == expected);
    let kept = Record::kept(Category::Pupil, "31".into(), record.attributes.clone());
    assert!(kept == expected);
}

#[test]
fn a_deletion_names_its_category_since_ids_are_shared_between_them() {
    let (request, report) = one(&request("delete", "PersRelEleve", "2000000", &[]));
    assert_eq!(request, Request::Delete { category: Category::Relative, id: "2000000".into() });
    assert_eq!(report.read["PersRelEleve delete"], 1);
}

#[test]
fn what_the_format_does_not_know_is_counted_and_the_rest_is_read() {
    let (record, report) = added("Eleve", &["ENTEleveHoroscope=lion", "sn=Martin"]);
    assert_eq!(record.attributes.values("ENTEleveHoroscope"), ["lion"]);
    assert_eq!(report.unknown["ENTEleveHoroscope"], 1);
    let (requests, report) = read(&request("add", "PersMartien", "1", &["sn=Zork"])).unwrap();
    assert!(requests.is_empty());
    assert_eq!(report.unknown["category PersMartien"], 1);
    let (requests, report) = read(&request("rename", "Eleve", "1", &["sn=X"])).unwrap();
    assert!(requests.is_empty());
    assert_eq!(report.unknown["<renameRequest>"], 1);
}

#[test]
fn a_record_without_id_is_told_and_one_that_disagrees_keeps_its_identifier() {
    let (requests, report) = read(&request("add", "Eleve", "", &["sn=X"])).unwrap();
    assert!(requests.is_empty());
    assert_eq!(report.warned["absent"], 1);
    let (one_id, _) = one(&request("add", "Eleve", "", &["ENTPersonJointure=77"]));
    assert!(matches!(one_id, Request::Add(record) if record.id == "77"));
    let (record, report) = added("Eleve", &["ENTPersonJointure=77"]);
    assert_eq!(record.id, "31");
    assert_eq!(report.warnings[0].problem, Problem::Disagrees("ENTPersonJointure"));
}

#[test]
fn an_attribute_in_two_pieces_is_one_list() {
    let (record, _) = added("Eleve", &["ENTEleveClasses=1$A", "ENTEleveClasses=1$B|1$A"]);
    assert_eq!(record.attributes.values("ENTEleveClasses"), ["1$A", "1$B"]);
}

#[test]
fn a_cut_file_is_an_error_after_the_requests_it_still_held() {
    let whole = request("add", "Eleve", "1", &["sn=X"]);
    let cut = whole.replace("</ficAlimMENESR>", "<addRequest><attributes>\n<attr name=\"ENTEleveClasses\"><value>");
    let mut seen = 0;
    let result = each_request::<ParseError>("Cut.xml", &mut cut.as_bytes(), &mut Report::default(), |_, _| {
        seen += 1;
        Ok(())
    });
    assert_eq!(seen, 1);
    let message = result.unwrap_err().to_string();
    let place = "Cut.xml, line 3, ficAlimMENESR/addRequest/attributes/attr \"ENTEleveClasses\"/value";
    assert_eq!(message, format!("{place}: the file ends inside <value>, opened at line 3"));
}

#[test]
fn the_callers_own_error_stops_the_reading() {
    #[derive(Debug, PartialEq)]
    enum Stop {
        Parse(ParseError),
        Enough,
    }
    impl From<ParseError> for Stop {
        fn from(error: ParseError) -> Self {
            Self::Parse(error)
        }
    }
    let document = request("add", "Eleve", "1", &["sn=X"]);
    let result = each_request("Feed.xml", &mut document.as_bytes(), &mut Report::default(), |_, _| Err(Stop::Enough));
    assert_eq!(result, Err(Stop::Enough));
    let result = each_request("Feed.xml", &mut b"<x/>".as_slice(), &mut Report::default(), |_, _| Err(Stop::Enough));
    assert!(matches!(result, Err(Stop::Parse(_))));
}

#[test]
fn debug_shows_no_value() {
    let (record, _) = added("Eleve", &["sn=Martin", "givenName=Zoé"]);
    let shown = format!("{:?} {:?}", Request::Add(record.clone()), record);
    assert!(shown.contains("sn") && !shown.contains("Martin") && !shown.contains("Zoé"), "{shown}");
    let attributes: Attributes = [("sn".to_owned(), vec!["Martin".to_owned()])].into_iter().collect();
    assert!(!format!("{attributes:?}").contains("Martin"));
}
