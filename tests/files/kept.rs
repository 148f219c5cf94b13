//! What is kept of a file, how long, and what is left of one that was cut, touched or forgotten?

use super::*;

#[tokio::test]
async fn what_is_kept_of_a_file_is_sealed() {
    let desk = Desk::open().await;
    let link = desk.joins("Fiche", &pdf(300_000)).await;
    let kept = desk.kept();
    assert_eq!(kept.len(), 1);
    let bytes = std::fs::read(&kept[0]).unwrap();
    assert!(bytes.len() > 300_000);
    let line = [1000u32.to_be_bytes(), 1001u32.to_be_bytes()].concat();
    assert!(pdf(300_000).windows(8).any(|window| window == line), "the search finds what is there");
    for clear in [MARK.as_bytes(), b"%PDF-1.7", &line] {
        assert!(!bytes.windows(clear.len()).any(|window| window == clear), "{clear:?} is there in clear");
    }
    let address = link.rsplit('/').next().unwrap();
    assert!(kept[0].ends_with(address), "it is named by what is kept");
    assert_eq!(infra::ledger::leaf::sha256(&bytes), address.parse::<FileAddress>().unwrap().0);
}

/// A body that comes in pieces, and breaks off after them.
fn cut_off(bytes: Vec<u8>) -> Body {
    let pieces: Vec<Result<Vec<u8>, std::io::Error>> = bytes.chunks(10_000).map(|piece| Ok(piece.to_vec())).collect();
    let end = Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset));
    Body::from_stream(futures_util::stream::iter(pieces.into_iter().chain([end])))
}

#[tokio::test]
async fn a_sending_that_breaks_off_leaves_nothing() {
    let desk = Desk::open().await;
    let head = desk.school.head().await;
    desk.receives(TEACHER, maths("4B"), cut_off(pdf(400_000))).await.refused(400, "body-unreadable");
    assert!(desk.kept().is_empty());
    // The first file of the form is whole; the second is not.
    let (one, other) = (pdf(100_000), pdf(400_000));
    let files = [("ressource_1_fichier", "a.pdf", &one[..]), ("ressource_2_fichier", "b.pdf", &other[..])];
    let mut body = multipart(&[("contenu", "x"), ("version", "1")], &files);
    body.truncate(body.len() - 200_000);
    let request = desk.page(TEACHER, "POST", &thursday()).header("content-type", MULTIPART);
    let told = desk.send(request.body(cut_off(body)).unwrap()).await;
    assert_eq!(told.status, 400, "{}", told.text());
    assert!(told.text().contains("<html lang=\"fr\""));
    assert!(desk.kept().is_empty());
    assert_eq!(desk.school.head().await, head);
}

#[tokio::test]
async fn a_file_that_nobody_publishes_is_removed_and_one_that_was_published_never_is() {
    let desk = Desk::open().await;
    let app = &desk.school.app;
    let (published, abandoned, fresh) = (
        desk.received(TEACHER, maths("4B"), &pdf(100)).await,
        desk.received(TEACHER, maths("4B"), &pdf(200)).await,
        desk.received(TEACHER, maths("4B"), &pdf(300)).await,
    );
    let textbook = format!("textbooks/{}", maths("4B"));
    assert_eq!(desk.school.tell(TEACHER, &textbook, &[], &with(published)).await.status, 200);
    // Withdrawn since: the record holds it for ever all the same.
    let entry = EntryId::of(maths("4B"), &slot("4B", MATHS, 4).to_string(), THURSDAY);
    let withdraw = Command::WithdrawEntry { entry, reason: "Erreur".into(), with_homework: true };
    app.in_textbook(TEACHER, maths("4B"), Said::default(), withdraw).await.unwrap();
    assert_eq!(
        app.files.sweep(&app.journal, &app.desk).await.unwrap(),
        Swept::default(),
        "nothing has waited long enough"
    );
    desk.ages(published, SWEPT_AFTER);
    desk.ages(abandoned, SWEPT_AFTER);
    // Of another school, whose journal is not here: its key is unknown.
    let strange = FileAddress([3; 32]);
    let mut bytes = std::fs::read(desk.waiting(fresh)).unwrap();
    bytes[27..43].fill(0xee);
    std::fs::write(desk.waiting(strange), bytes).unwrap();
    desk.ages(strange, SWEPT_AFTER);
    let swept = app.files.sweep(&app.journal, &app.desk).await.unwrap();
    assert_eq!(swept, Swept { settled: 1, removed: 1, drafted: 0, left: 1 });
    assert!(!desk.waiting(abandoned).exists() && desk.waiting(fresh).exists() && desk.waiting(strange).exists());
    let link = format!("/fichiers/{}/{published}", maths("4B"));
    assert!(desk.sees(TEACHER, &link).await.bytes == pdf(100), "settled, it is read from where it is now");
    assert_eq!(app.files.sweep(&app.journal, &app.desk).await.unwrap(), Swept { left: 1, ..Swept::default() });
}

#[tokio::test]
async fn a_file_sent_yesterday_is_not_published_any_more_so_that_no_sweep_meets_it() {
    let desk = Desk::open().await;
    let file = desk.received(TEACHER, maths("4B"), &pdf(100)).await;
    desk.ages(file, NAMED_WITHIN);
    let textbook = format!("textbooks/{}", maths("4B"));
    desk.school.tell(TEACHER, &textbook, &[], &with(file)).await.refused(400, "file-unknown");
    let fields = [("contenu", "x"), ("ressource_1_titre", "Fiche"), ("ressource_1_depot", &*file.to_string())];
    let told = desk.fills_in(&fields, &[]).await;
    assert!(told.status == 422 && told.text().contains("Ce fichier n’est plus là"));
}

#[tokio::test]
async fn a_file_that_was_cut_short_or_touched_is_not_given() {
    let desk = Desk::open().await;
    let link = desk.joins("Fiche", &pdf(200_000)).await;
    let path = desk.kept().remove(0);
    let whole = std::fs::read(&path).unwrap();
    let mut touched = whole.clone();
    touched[1_000] ^= 1;
    for damaged in [&whole[..whole.len() - 1], &whole[..65_627], &touched] {
        std::fs::write(&path, damaged).unwrap();
        let got = desk.sees(PUPIL, &link).await;
        assert_eq!(got.status, 500);
        assert!(got.text().contains("<html lang=\"fr\"") && !got.text().contains(MARK));
    }
    // Further on: what was given before breaks off, and is no whole answer.
    let mut touched = whole.clone();
    touched[150_000] ^= 1;
    std::fs::write(&path, touched).unwrap();
    let request = desk.page(PUPIL, "GET", &link).body(Body::empty()).unwrap();
    let answer = tower::ServiceExt::oneshot(desk.router.clone(), request).await.unwrap();
    assert!(axum::body::to_bytes(answer.into_body(), 1 << 20).await.is_err());
    std::fs::write(&path, whole).unwrap();
    assert_eq!(desk.sees(PUPIL, &link).await.status, 200);
}

#[tokio::test]
async fn a_file_is_forgotten_with_the_key_of_its_textbook() {
    let desk = Desk::open().await;
    let world = &desk.school.world;
    let mut arriving = desk.school.app.arriving(TEACHER, maths("4B"), 0).await.unwrap();
    arriving.write(&pdf(100)).await.unwrap();
    let file: File = arriving.finish().await.unwrap().deposit().await.unwrap();
    let mut vault = PgConnection::connect(&world.vault_url).await.unwrap();
    vault.execute("delete from vault.keys where subject like 'textbook:%'").await.unwrap();
    // Another process, which holds no key in memory.
    let files = Files::in_directory(&desk.folder(), world.vault.clone()).unwrap();
    let read = files.read(maths("4B"), &file, None).await;
    assert!(matches!(read, Err(FileError::Forgotten)));
}
