//! A file joined to a draft: how long is it there, for whom, and when does it go?

use super::*;

impl Desk {
    /// Keeps Thursday's lesson as a draft.
    async fn drafts(&self, fields: &[(&str, &str)], files: &[(&str, &str, &[u8])]) -> u16 {
        let version = self.sees(TEACHER, &thursday()).await.field("version");
        let fields = [fields, &[("version", &version), ("cle", "x")]].concat();
        let request = self.page(TEACHER, "POST", &format!("{}/brouillon", thursday()));
        let request = request.header("sec-fetch-site", "same-origin").header("content-type", MULTIPART);
        self.send(request.body(Body::from(multipart(&fields, files))).unwrap()).await.status
    }

    async fn sweeps(&self) -> Swept {
        let app = &self.school.app;
        app.files.sweep(&app.journal, &app.desk).await.unwrap()
    }

    /// A draft of three days ago, with a file beside the lesson and one beside its work.
    async fn drafted_days_ago(&self) -> [FileAddress; 2] {
        let fields = [("contenu", "Pourcentages"), ("travail_1_texte", "Exercice 7"), ("travail_1_pour", "2026-11-23")];
        let (sheet, work) = (pdf(2_000), pdf(3_000));
        let files = [
            ("ressource_1_fichier", "Fiche.pdf", &sheet[..]),
            ("travail_1_ressource_1_fichier", "Énoncé.pdf", &work[..]),
        ];
        assert_eq!(self.drafts(&fields, &files).await, 303);
        let form = self.sees(TEACHER, &thursday()).await;
        let named = ["ressource_1_depot", "travail_1_ressource_1_depot"].map(|name| form.field(name).parse().unwrap());
        for file in named {
            self.ages(file, SWEPT_AFTER + NAMED_WITHIN);
        }
        named
    }
}

#[tokio::test]
async fn a_file_joined_to_a_draft_is_there_as_long_as_the_draft_and_published_with_it() {
    let desk = Desk::open().await;
    let [sheet, work] = desk.drafted_days_ago().await;
    assert_eq!(desk.sweeps().await, Swept { drafted: 2, ..Swept::default() });
    let form = desk.sees(TEACHER, &thursday()).await;
    let text = form.text();
    assert!(text.contains("PDF, 2 ko") && text.contains("PDF, 3 ko") && !text.contains("n’est plus gardé"), "{text}");
    assert!(text.contains("sont gardés avec lui"));
    let fields = [
        ("contenu", "Pourcentages"),
        ("ressource_1_titre", "Fiche"),
        ("ressource_1_depot", &*sheet.to_string()),
        ("travail_1_texte", "Exercice 7"),
        ("travail_1_pour", "2026-11-23"),
        ("travail_1_ressource_1_titre", "Énoncé"),
        ("travail_1_ressource_1_depot", &*work.to_string()),
    ];
    let told = desk.fills_in(&fields, &[]).await;
    assert_eq!(told.status, 303, "{}", told.text());
    for (file, bytes) in [(sheet, 2_000), (work, 3_000)] {
        let read = desk.sees(PUPIL, &format!("/fichiers/{}/{file}", maths("4B"))).await;
        assert!(read.bytes == pdf(bytes), "{}", read.text());
        desk.ages(file, SWEPT_AFTER);
    }
    assert_eq!(
        desk.sweeps().await,
        Swept { settled: 2, ..Swept::default() },
        "the draft is gone, the record holds them"
    );
}

#[tokio::test]
async fn a_file_goes_with_the_draft_that_is_thrown_away() {
    let desk = Desk::open().await;
    let [sheet, work] = desk.drafted_days_ago().await;
    let throw = desk.page(TEACHER, "POST", &format!("{}/brouillon/jeter", thursday()));
    assert_eq!(desk.send(throw.header("sec-fetch-site", "same-origin").body(Body::empty()).unwrap()).await.status, 303);
    // It may be named no more, were it by a form that was left open.
    let fields = [("contenu", "x"), ("ressource_1_titre", "Fiche"), ("ressource_1_depot", &*sheet.to_string())];
    let told = desk.fills_in(&fields, &[]).await;
    assert!(told.status == 422 && told.text().contains("Ce fichier n’est plus là"));
    assert_eq!(desk.sweeps().await, Swept { removed: 2, ..Swept::default() });
    assert!(!desk.waiting(sheet).exists() && !desk.waiting(work).exists() && desk.kept().is_empty());
}

#[tokio::test]
async fn a_file_taken_out_of_a_draft_and_one_of_a_form_left_unfinished_do_not_stay() {
    let desk = Desk::open().await;
    let [sheet, work] = desk.drafted_days_ago().await;
    let kept =
        [("contenu", "Pourcentages"), ("ressource_1_titre", "Fiche"), ("ressource_1_depot", &*sheet.to_string())];
    // The work is no longer in it.
    assert_eq!(desk.drafts(&kept, &[]).await, 303);
    // Sent with a form that has something to mend, and never again.
    let told = desk.fills_in(&[("contenu", "")], &[("ressource_1_fichier", "a.pdf", &pdf(500))]).await;
    let abandoned: FileAddress = told.field("ressource_1_depot").parse().unwrap();
    // Whoever opens the form sees the files of the draft, and their day begins anew.
    [sheet, work, abandoned].iter().for_each(|file| desk.ages(*file, SWEPT_AFTER));
    let swept = desk.sweeps().await;
    let waits = [sheet, work, abandoned].map(|file| desk.waiting(file).exists());
    assert_eq!(swept, Swept { removed: 2, drafted: 1, ..Swept::default() }, "{waits:?}");
    assert!(desk.waiting(sheet).exists() && !desk.waiting(work).exists() && !desk.waiting(abandoned).exists());
}

#[tokio::test]
async fn the_draft_of_somebody_else_lends_nobody_its_file() {
    let desk = Desk::open().await;
    let [sheet, _] = desk.drafted_days_ago().await;
    let textbook = format!("textbooks/{}", maths("4B"));
    desk.school.tell(CO_TEACHER, &textbook, &[], &with(sheet)).await.refused(400, "file-unknown");
    assert_eq!(desk.sweeps().await, Swept { drafted: 2, ..Swept::default() }, "it is as old as it was");
    assert_eq!(desk.school.tell(TEACHER, &textbook, &[], &with(sheet)).await.status, 200);
}

#[tokio::test]
async fn a_file_goes_with_the_drafts_of_a_year_that_is_over() {
    let desk = Desk::open().await;
    desk.drafted_days_ago().await;
    desk.school.app.desk.clear(date(2027, 7, 4)).await.unwrap();
    assert_eq!(desk.sweeps().await, Swept { removed: 2, ..Swept::default() });
}
