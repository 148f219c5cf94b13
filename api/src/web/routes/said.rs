//! What the school's own codes are called on a page.

use domain::actor::Capacity;
use domain::calendar::NotHeld;
use domain::directory::group::{Description, Sort};
use domain::directory::person::{Role as Held, Standing};
use domain::ids::{GroupId, PersonId, SchoolId, SchoolYear, TextbookId};
use domain::inspection::look::Seen;
use domain::textbook::entry::Source;
use domain::textbook::file::{File, Media, Sort as SortOfFile};
use domain::textbook::homework::{Due, HomeworkKind};
use jiff::civil::Date;
use projections::cells::Work;

use crate::facts::{Books, LessonAt};
use crate::fr;
use crate::web::layout::Role;
use crate::web::pupil::Attached;

/// `4e B` for a class called `4B`; other codes as they stand; a group by its label.
pub fn group(description: &Description) -> String {
    let mut letters = description.code.chars();
    let level = letters.next().filter(char::is_ascii_digit);
    let rest = letters.as_str();
    match (description.sort, level) {
        (Sort::Class, Some(level)) if (1..=2).contains(&rest.len()) && rest.chars().all(char::is_alphanumeric) => {
            format!("{level}e {rest}")
        }
        (Sort::Group, _) if !description.label.is_empty() => group_label(&description.label),
        _ => description.code.clone(),
    }
}

/// `3e A groupe 1` from `3EME A GROUPE 1`, `Espagnol LV2 groupe 3` from `ESPAGNOL LV2 GROUPE 3`.
fn group_label(label: &str) -> String {
    if label.chars().any(char::is_lowercase) {
        return label.to_owned();
    }
    let word = |(number, word): (usize, &str)| match word.strip_suffix("EME") {
        Some(level) if level.len() == 1 && level.chars().all(|digit| digit.is_ascii_digit()) => format!("{level}e"),
        _ if word.chars().count() == 1 || word.contains(|letter: char| letter.is_ascii_digit()) => word.to_owned(),
        _ if number == 0 => sentence(word),
        _ => word.to_lowercase(),
    };
    label.split_whitespace().enumerate().map(word).collect::<Vec<_>>().join(" ")
}

pub fn group_of(books: &Books, id: GroupId) -> String {
    books.groups.get(&id).map_or_else(String::new, |book| group(&book.description))
}

/// Whether a group is a class, of which a pupil has one.
pub fn is_class(books: &Books, id: GroupId) -> bool {
    books.groups.get(&id).is_some_and(|book| book.description.sort == Sort::Class)
}

/// The classes of a school in the year that holds a day, in the order of their names.
pub fn classes(books: &Books, school: SchoolId, on: Date) -> Vec<(GroupId, String)> {
    let year = books.schools.get(&school).and_then(|school| school.year_on(on)).map(|bounds| bounds.year);
    let here = books.groups.values().filter(|book| book.school == school && Some(book.year) == year);
    let classes = here.filter(|book| book.description.sort == Sort::Class);
    let mut classes: Vec<_> = classes.map(|book| (book.group, group(&book.description))).collect();
    classes.sort_by(|a, b| a.1.cmp(&b.1));
    classes
}

/// The subject in the words of the school; national labels come in capitals.
pub fn subject(books: &Books, school: SchoolId, code: &str) -> String {
    sentence(books.schools.get(&school).map_or(code, |school| school.subject(code)))
}

/// `Mathematiques` from `MATHEMATIQUES`, `Anglais LV1` from `ANGLAIS LV1`; a label with small letters is left alone.
pub fn sentence(label: &str) -> String {
    if label.chars().any(char::is_lowercase) {
        return label.to_owned();
    }
    let mut letters = label.chars();
    let first = letters.next().map(String::from).unwrap_or_default();
    let word = |word: &str| {
        if word.contains(|letter: char| letter.is_ascii_digit()) { word.to_owned() } else { word.to_lowercase() }
    };
    first + &letters.as_str().split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// `anglais LV1`, `sciences de la vie et de la Terre`, `EPS`: a subject inside a sentence keeps its own capitals.
pub fn inside(subject: &str) -> String {
    let mut letters = subject.chars();
    match (letters.next(), letters.next()) {
        (Some(first), Some(second)) if second.is_lowercase() => {
            first.to_lowercase().chain([second]).chain(letters).collect()
        }
        _ => subject.to_owned(),
    }
}

/// `Mme Vidal`, `Mme Vidal et M. Roy`: who holds the textbook on that day.
pub fn teachers(books: &Books, textbook: TextbookId, on: Date) -> String {
    let names: Vec<String> = books.met(textbook, on).into_iter().map(|teacher| books.formal_name(teacher)).collect();
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} et {last}", others.join(", ")),
        None => String::new(),
    }
}

/// The same, in a sentence: `un collègue` when nobody holds it.
pub fn holders(books: &Books, textbook: TextbookId, on: Date) -> String {
    let names = teachers(books, textbook, on);
    if names.is_empty() { "un collègue".to_owned() } else { names }
}

/// Why a lesson is not held. Of an absent teacher families and colleagues learn that, and no more.
pub fn not_held(because: NotHeld) -> &'static str {
    match because {
        NotHeld::TeacherAbsent => "professeur absent",
        NotHeld::Outing => "sortie scolaire",
        NotHeld::Internship => "stage",
        NotHeld::Exam => "examen",
        NotHeld::Closed => "fermeture",
    }
}

/// What became of a lesson that is held: `déplacée du jeudi 19 novembre, 10 h`, `assurée par Mme Vidal`.
pub fn became(books: &Books, lesson: &LessonAt) -> Vec<String> {
    let moved = lesson.moved_from.filter(|was| *was != lesson.start()).map(|was| {
        let hour = fr::hour(was.time());
        if was.date() == lesson.date {
            format!("déplacée de {hour}")
        } else {
            format!("déplacée du {}, {hour}", fr::long_date(was.date()))
        }
    });
    let assured = lesson.replaced_by.map(|by| format!("assurée par {}", books.formal_name(by)));
    moved.into_iter().chain(assured).collect()
}

/// Where a lesson is held now, for who looks where the timetable has it: `au mardi 24 novembre, 14 h`, `à 14 h`.
pub fn moved_to(lesson: &LessonAt) -> String {
    let hour = fr::hour(lesson.starts_at);
    if lesson.of == lesson.date { format!("à {hour}") } else { format!("au {}, {hour}", fr::long_date(lesson.date)) }
}

/// What became of the lesson that a work is due for, since it was given.
pub fn due_note(lesson: &LessonAt, due: &Due) -> Option<String> {
    if lesson.not_held.is_some() {
        return Some("séance annulée".to_owned());
    }
    (lesson.date != due.on).then(|| format!("séance déplacée au {}", fr::long_date(lesson.date)))
}

/// What stands beside a lesson that the timetable does not have.
pub const OUTSIDE: &str = "hors emploi du temps";

/// `enseignante`: we do not know; the capacity, in words that suit everyone.
pub fn capacity(capacity: Capacity) -> &'static str {
    match capacity {
        Capacity::Teacher => "titulaire du cours",
        Capacity::CoTeacher => "en co-enseignement",
        Capacity::Substitute => "en remplacement",
        Capacity::Head => "chef d’établissement",
        Capacity::Deputy => "adjoint du chef d’établissement",
        Capacity::Inspector => "inspection",
        Capacity::Referent => "référent numérique",
        Capacity::Pupil => "élève",
        Capacity::Guardian => "responsable",
        Capacity::Machine => "import",
        Capacity::Stranger => "sans fonction ici",
    }
}

/// What somebody is to a school, as a list or a form has it.
pub fn role(role: Held) -> &'static str {
    match role {
        Held::Head => "chef d’établissement",
        Held::Deputy => "adjoint du chef d’établissement",
        Held::Teacher => "enseignant",
        Held::SchoolLife => "vie scolaire (CPE, AED)",
        Held::Librarian => "professeur documentaliste",
        Held::Aesh => "AESH",
        Held::Referent => "référent numérique",
        Held::DataProtection => "délégué à la protection des données",
        Held::Archivist => "archiviste",
        Held::Staff => "autre personnel",
        Held::Pupil => "élève",
        Held::Relative => "proche d’un élève",
        Held::Observatory => "observatoire académique",
        Held::HostOperator => "hébergement",
        Held::Inspector => "inspection",
    }
}

/// What somebody who leads or inspects looked at.
pub fn seen(seen: Seen) -> &'static str {
    match seen {
        Seen::Filling => "taux de remplissage",
        Seen::Gaps => "séances non remplies",
        Seen::Textbook => "cahier de textes",
        Seen::History => "cahier et ses versions",
        Seen::Lessons => "séances de l’emploi du temps",
    }
}

/// What a relative is to a pupil, as the feed reads the code.
pub fn relation(relation: &str) -> &'static str {
    match relation {
        "mother" => "mère",
        "father" => "père",
        "sibling" => "frère ou sœur",
        "ascendant" => "ascendant",
        "other-member" => "autre membre de la famille",
        "educator" => "éducateur",
        "foster-assistant" => "assistant familial",
        "child-minder" => "garde d’enfant",
        "tutor" => "tuteur",
        "child-welfare" => "aide sociale à l’enfance",
        "oneself" => "l’élève",
        "parent" => "parent",
        _ => "lien non précisé",
    }
}

/// What the record says of a relative.
pub fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Legal1 => "responsable légal 1",
        Standing::Legal2 => "responsable légal 2",
        Standing::Contact => "contact",
        Standing::Other => "autre proche",
    }
}

/// The kind of work, in the words of the school.
pub fn kind(kind: HomeworkKind) -> &'static str {
    match kind {
        HomeworkKind::Exercise => "exercices",
        HomeworkKind::Learning => "leçon à apprendre",
        HomeworkKind::Reading => "lecture",
        HomeworkKind::Research => "recherche",
        HomeworkKind::TakeHome => "devoir maison",
        HomeworkKind::Test => "contrôle annoncé",
        HomeworkKind::Material => "matériel à apporter",
        HomeworkKind::ClassWork => "travail fait en classe",
        HomeworkKind::Other => "autre travail",
    }
}

/// What is said of a file: its type and its length.
pub fn file(file: &File) -> String {
    format!("{}, {}", media(file.media), fr::size(file.bytes))
}

/// A file, as a page shows it.
pub fn attached(held: &File) -> Attached {
    Attached { said: file(held), audio: held.media.sort() == SortOfFile::Audio }
}

/// A type of file, in words.
pub const fn media(media: Media) -> &'static str {
    match media {
        Media::Pdf => "PDF",
        Media::Odt => "texte ODT",
        Media::Docx => "texte DOCX",
        Media::Ods => "tableur ODS",
        Media::Xlsx => "tableur XLSX",
        Media::Odp => "diaporama ODP",
        Media::Pptx => "diaporama PPTX",
        Media::Png => "image PNG",
        Media::Jpeg => "image JPEG",
        Media::Webp => "image WebP",
        Media::Mp3 => "son MP3",
        Media::M4a => "son M4A",
        Media::Ogg => "son OGG",
        Media::Wav => "son WAV",
        Media::Mp4 => "vidéo MP4",
    }
}

/// Every kind, as a form offers it.
pub const KINDS: [HomeworkKind; 9] = [
    HomeworkKind::Exercise,
    HomeworkKind::Learning,
    HomeworkKind::Reading,
    HomeworkKind::Research,
    HomeworkKind::TakeHome,
    HomeworkKind::Test,
    HomeworkKind::Material,
    HomeworkKind::ClassWork,
    HomeworkKind::Other,
];

/// For whom a work is, when it is not for all, as those read it who are no part of the team: without a name.
pub fn for_part(work: &Work) -> Option<String> {
    (!work.audience.is_empty()).then(|| "pour une partie de la classe".to_owned())
}

/// The same for the team: `pour Inès Fofana et Tom Petit`.
pub fn for_whom(books: &Books, work: &Work) -> Option<String> {
    let mut names: Vec<String> = work.audience.iter().map(|pupil| books.formal_name(*pupil)).collect();
    names.sort();
    let (last, others) = names.split_last()?;
    if others.is_empty() { Some(format!("pour {last}")) } else { Some(format!("pour {} et {last}", others.join(", "))) }
}

/// `reprise du cahier de la classe 4e A, mathématiques, année 2025-2026`: whose text was taken over.
pub fn source(books: &Books, source: Source) -> String {
    let Some(service) = books.services.get(&source.textbook) else { return "reprise d’un autre cahier".to_owned() };
    let subject = inside(&subject(books, service.school, &service.subject));
    let of = if is_class(books, service.group) { "de la classe" } else { "du groupe" };
    format!("reprise du cahier {of} {}, {subject}, année {}", group_of(books, service.group), year(service.year))
}

/// `2026-2027`
pub fn year(year: SchoolYear) -> String {
    format!("{year}-{}", year.0 + 1)
}

/// Somebody as lists have them: `FOFANA Inès`.
pub fn listed(books: &Books, person: PersonId) -> String {
    match books.person(person).and_then(|book| book.names.as_ref()) {
        Some(names) => format!("{} {}", names.family, names.given),
        None => books.formal_name(person),
    }
}

/// The pupils of a group on a day, in the order of their names.
pub fn members(books: &Books, group: GroupId, on: Date) -> Vec<(PersonId, String)> {
    let name = |pupil| listed(books, pupil);
    let mut members: Vec<(PersonId, String)> = books.members(group, on).map(|pupil| (pupil, name(pupil))).collect();
    members.sort_by(|a, b| a.1.cmp(&b.1));
    members
}

/// The class of a pupil on a day, or the one they are to enter: `4e B`.
pub fn class_of(books: &Books, pupil: PersonId, on: Date) -> String {
    let stays = books.stays_on(pupil, on).filter(|stay| is_class(books, stay.group));
    stays.min_by_key(|stay| stay.from).map(|stay| group_of(books, stay.group)).unwrap_or_default()
}

/// What stands beside a name at the top of a page: `4e B`, `Mathématiques`, `Direction`.
pub fn detail(books: &Books, person: PersonId, role: Role, on: Date) -> Option<String> {
    match role {
        Role::Pupil => Some(class_of(books, person, on)).filter(|class| !class.is_empty()),
        Role::Teacher => {
            let mut subjects: Vec<String> = books
                .services_of_teacher(person)
                .map(|service| inside(&subject(books, service.school, &service.subject)))
                .collect();
            subjects.sort();
            subjects.dedup();
            Some(subjects.join(", ")).filter(|subjects| !subjects.is_empty())
        }
        Role::Principal => {
            let deputy = books.roles(person, on).any(|held| held.role == Held::Deputy);
            Some(if deputy { "direction adjointe" } else { "direction" }.to_owned())
        }
        Role::SchoolLife => Some("vie scolaire".to_owned()),
        Role::Companion => Some("AESH".to_owned()),
        Role::Inspector => Some("inspection".to_owned()),
        Role::Referent => Some("référent numérique".to_owned()),
        Role::Staff => super::staff::held(books, person, on).first().map(|held| self::role(held.role).to_owned()),
        Role::Parent => None,
    }
}

/// `Collège Tilleuls` from `CLG TILLEULS`: feeds abbreviate the kind of school.
pub fn school(name: &str) -> String {
    let kinds = [
        ("CLG", "Collège"),
        ("LYC", "Lycée"),
        ("LP", "Lycée professionnel"),
        ("LPO", "Lycée polyvalent"),
        ("EEPU", "École"),
    ];
    let found =
        kinds.iter().find_map(|(short, long)| Some((long, name.strip_prefix(short)?.strip_prefix([' ', '-'])?)));
    match found {
        Some((long, rest)) => {
            let words: Vec<String> = rest.split(' ').map(sentence).collect();
            format!("{long} {}", words.join(" "))
        }
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod spec {
    use super::*;

    #[test]
    fn capitals_of_a_feed_become_words_of_a_page() {
        assert_eq!(group_label("3EME A GROUPE 1"), "3e A groupe 1");
        assert_eq!(group_label("ESPAGNOL LV2 5EME GROUPE 3"), "Espagnol LV2 5e groupe 3");
        assert_eq!(sentence("MATHEMATIQUES"), "Mathematiques");
        assert_eq!(sentence("Anglais LV1"), "Anglais LV1");
        assert_eq!(sentence("ANGLAIS LV1"), "Anglais LV1");
        assert_eq!(school("CLG TILLEULS"), "Collège Tilleuls");
        assert_eq!(school("Collège des Tilleuls"), "Collège des Tilleuls");
    }
}
