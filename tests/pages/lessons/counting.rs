//! From when does a lesson count? Whoever reads the figures, teacher, head, inspector or program, finds the same ones.

use super::*;

/// `2 sur 9`, of what follows a mark.
fn filled(page: &str, mark: &str) -> String {
    let page = plain(page);
    let rest = page.split(mark).nth(1).unwrap_or_else(|| panic!("no {mark}: {page}"));
    if rest.contains("Aucune séance tenue pour l’instant") {
        return "0 sur 0".to_owned();
    }
    let (before, after) =
        rest.split_once(" séances remplies sur ").or_else(|| rest.split_once(" séance remplie sur ")).expect(&page);
    let number = |text: &str| text.chars().take_while(char::is_ascii_digit).collect::<String>();
    format!("{} sur {}", before.rsplit(['>', ' ']).next().unwrap_or_default(), number(after))
}

impl Pages {
    /// What each page says of the lessons of mathematics in 4B so far: the substitute's pages, and those of the inspector.
    async fn said_of_4b(&self) -> Vec<String> {
        let (cahier, inspected) =
            (format!("/enseignant/cahiers/{}", maths("4B")), format!("/inspection/cahiers/{}", maths("4B")));
        let history = plain(&self.sees(INSPECTOR, &inspected).await);
        let history = between(&history, "class=\"summary\"", "</p>");
        let number = |what: &str| history.split(what).next().unwrap().rsplit('>').next().unwrap().to_owned();
        let [held, written] = ["séance", "rempli"].map(|what| number(&format!(" {what}")));
        vec![
            filled(&self.sees(SUBSTITUTE, "/enseignant").await, "Mes cahiers de textes"),
            filled(&self.sees(SUBSTITUTE, &cahier).await, "class=\"lead\""),
            filled(&self.sees(INSPECTOR, "/inspection").await, &inspected),
            format!("{written} sur {held}"),
        ]
    }
}

fn thursday_form() -> String {
    format!("/enseignant/cahiers/{}/seances/{}/{THURSDAY}", maths("4B"), slot("4B", MATHS, 4))
}

#[tokio::test]
async fn a_lesson_that_is_not_written_counts_once_its_day_is_over_and_one_that_is_written_at_once() {
    let pages = Pages::open().await;
    let mine = async || filled(&pages.sees(SUBSTITUTE, "/enseignant/moi").await, "Ce que la direction lit");
    pages.now_is("2026-11-18T17:00:00Z");
    let (before, mine_before) = (pages.said_of_4b().await, mine().await);
    // Three lessons on Thursday, from 10:00 to 10:55. At 18:00, then at 23:30, nobody is behind.
    for evening in ["2026-11-19T17:00:00Z", "2026-11-19T22:30:00Z"] {
        pages.now_is(evening);
        assert_eq!(pages.counted(THURSDAY, THURSDAY).await, (0, 0));
        assert_eq!((pages.said_of_4b().await, mine().await), (before.clone(), mine_before.clone()), "{evening}");
        assert!(pages.sees(HEAD, "/direction").await.contains("Aucune séance tenue pour l’instant"));
        assert!(pages.sees(HEAD, "/direction/mois").await.contains("Aucune séance tenue ce mois-ci"));
        let history = pages.sees(INSPECTOR, &format!("/inspection/cahiers/{}", maths("4B"))).await;
        let lesson = between(&history, &format!("id=\"seance-{THURSDAY}-1000\""), "</article>");
        assert!(lesson.contains("à écrire") && !lesson.contains("non remplie"), "{lesson}");
        let week = on_day(&pages.sees(SUBSTITUTE, "/enseignant").await, THURSDAY);
        assert!(week.contains("à écrire") && !week.contains("vide"), "{week}");
        let to_do = pages.sees(SUBSTITUTE, "/enseignant").await;
        assert!(between(&to_do, "id=\"a-completer\"", "</section>").contains(&thursday_form()), "it is to be done");
    }
    // Written that evening, it counts at once; the two others are missing when the day is over, by the clock of the school.
    pages.writes(SUBSTITUTE, &thursday_form(), "Pourcentages").await;
    assert_eq!(pages.counted(THURSDAY, THURSDAY).await, (1, 1));
    let one_more = |said: &String| {
        let (written, held) = said.split_once(" sur ").unwrap();
        let next = |number: &str| number.parse::<u32>().unwrap() + 1;
        format!("{} sur {}", next(written), next(held))
    };
    let after: Vec<String> = before.iter().map(one_more).collect();
    assert_eq!((pages.said_of_4b().await, mine().await), (after.clone(), one_more(&mine_before)));
    pages.now_is("2026-11-19T23:30:00Z");
    assert_eq!(pages.counted(THURSDAY, THURSDAY).await, (3, 1));
    assert_eq!((pages.said_of_4b().await, mine().await), (after, one_more(&mine_before)));
    for figures in ["/direction", "/direction/mois"] {
        let text = plain(&pages.sees(HEAD, figures).await);
        assert!(text.contains("une séance vide, une fois sa journée passée") && text.contains("0/1"), "{text}");
    }
    let gaps = pages.sees(HEAD, &format!("/direction?classe={}#vides", class("4A"))).await;
    let gaps = between(&gaps, "id=\"vides\"", "</section>");
    assert!(gaps.contains(&format!("datetime=\"{THURSDAY}\"")), "{gaps}");
}
