//! Which file may go with a lesson?

use super::file::FileLimits;
use super::*;

fn a_pdf(bytes: u64) -> File {
    File { address: FileAddress([7; 32]), bytes, media: Media::Pdf, commit: "BQYHCA".into() }
}

/// A file was received for this textbook a moment ago.
fn received(past: &[Event], file: &File) -> Given {
    let mut given = given(past);
    given.context.facts.received.files.insert(file.address, file.clone());
    given
}

fn publish_with(resource: NewResource) -> Command {
    let content = "Équations à une inconnue".into();
    let (lesson, framing) = (on(MONDAY, 1), NewFraming::default());
    Command::PublishEntry { lesson, content, framing, resources: vec![resource], homework: vec![], copied_from: None }
}

#[test]
fn a_file_is_named_by_its_address_and_the_school_says_what_it_is() {
    let file = a_pdf(1_200_000);
    let events = received(&[], &file).when(publish_with(resource(None, Some(file.address)))).unwrap();
    let Some(Event::EntryPublished { resources, .. }) = events.last() else { panic!() };
    assert_eq!(resources[0].file.as_ref(), Some(&file));
    assert_eq!(given(&[]).when(publish_with(resource(None, Some(file.address)))).unwrap_err(), Rejection::FileUnknown);
}

#[test]
fn a_resource_is_a_link_or_a_file_and_not_both() {
    let file = a_pdf(10);
    let both = publish_with(resource(Some("https://exemple.fr/fiche"), Some(file.address)));
    assert_eq!(received(&[], &file).when(both).unwrap_err(), Rejection::ResourceMalformed);
}

#[test]
fn a_file_is_no_larger_than_the_limits_of_the_day() {
    use super::file::customary_limits;
    let most = customary_limits()[0].document_bytes_max;
    let told = |file: &File| received(&[], file).when(publish_with(resource(None, Some(file.address))));
    assert!(told(&a_pdf(most)).is_ok());
    assert_eq!(told(&a_pdf(most + 1)).unwrap_err(), Rejection::FileTooLarge);
    let mut later = received(&[], &a_pdf(most));
    let smaller = FileLimits { valid_from: MONDAY, document_bytes_max: most - 1, ..customary_limits().remove(0) };
    later.context.facts.received.limits.push(smaller);
    let publish = publish_with(resource(None, Some(a_pdf(most).address)));
    assert_eq!(later.when(publish).unwrap_err(), Rejection::FileTooLarge, "the school decided otherwise from that day");
}

#[test]
fn a_file_once_published_stays_with_its_textbook_whatever_becomes_of_the_lesson() {
    let file = a_pdf(10);
    let mut events = received(&[], &file).when(publish_with(resource(None, Some(file.address)))).unwrap();
    let entry = entry_of(&events);
    let work = NewHomework {
        resources: vec![resource(None, Some(file.address))],
        ..exercise(DueRef::Date { date: THURSDAY })
    };
    // No longer among those that wait: the textbook itself knows it.
    events.extend(given(&events).when(revised(entry, Some("Équations (2)"), vec![work])).unwrap());
    let withdraw = Command::WithdrawEntry { entry, reason: "Erreur".into(), with_homework: true };
    events.extend(given(&events).when(withdraw).unwrap());
    assert!(given(&events).state.holds(&file.address));
    assert!(!given(&written()).state.holds(&file.address));
}

#[test]
fn an_address_is_written_in_one_way() {
    let address = FileAddress(std::array::from_fn(|at| at as u8 * 7));
    let text = address.to_string();
    assert_eq!(text.parse(), Ok(address));
    for malformed in [text.to_uppercase(), text[1..].to_owned(), format!("{text}0"), "é".repeat(32)] {
        assert!(malformed.parse::<FileAddress>().is_err(), "{malformed}");
    }
    for media in Media::ALL {
        assert_eq!(Media::parse(media.name()), Some(media));
        assert!(media.name().len() <= 8, "the header of a file has eight bytes for it");
    }
}

#[test]
fn an_entry_stored_before_there_were_files_is_read_and_written_as_it_is() {
    let stored = r#"{"title":{"about":{"textbook":"9916f0e9-8970-57da-820e-a88e63c5ae87"},"class":"archive","part":0,"dek":["MDEyMzQ1Njc4OWFiY2RlZg"],"box":"AQIDBA","commit":"BQYHCA"},"link":null,"purpose":"further"}"#;
    let read: Resource = serde_json::from_str(stored).unwrap();
    assert_eq!(read.file, None);
    assert_eq!(serde_json::to_string(&read).unwrap(), stored);
}

#[test]
fn a_school_takes_the_types_it_chose_and_a_textbook_holds_what_it_was_left() {
    use super::file::customary_limits;
    let mut file = a_pdf(60);
    let limited = |past: &[Event], file: &File, taken: Media| {
        let mut given = received(past, file);
        let limits = customary_limits().remove(0);
        given.context.facts.received.limits =
            vec![FileLimits { textbook_bytes_max: 100, taken: [taken].into(), ..limits }];
        given
    };
    let publish = |file: &File| publish_with(resource(None, Some(file.address)));
    let refused = limited(&[], &file, Media::Png).when(publish(&file)).unwrap_err();
    assert_eq!(refused, Rejection::FileTypeRefused);
    let events = limited(&[], &file, Media::Pdf).when(publish(&file)).unwrap();
    let entry = entry_of(&events);
    // The same file again is not another one; a second one is too much, were the first withdrawn since.
    let again = NewHomework {
        resources: vec![resource(None, Some(file.address))],
        ..exercise(DueRef::Date { date: THURSDAY })
    };
    assert!(limited(&events, &file, Media::Pdf).when(revised(entry, Some("Suite"), vec![again])).is_ok());
    file.address = FileAddress([8; 32]);
    let other = NewHomework {
        resources: vec![resource(None, Some(file.address))],
        ..exercise(DueRef::Date { date: THURSDAY })
    };
    let refused = limited(&events, &file, Media::Pdf).when(revised(entry, None, vec![other])).unwrap_err();
    assert_eq!(refused, Rejection::FileQuotaReached);
}
