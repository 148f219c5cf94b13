//! `/direction/fichiers`: the limits of files in force, what each textbook uses of them, and other limits from a day.
//!
//! What is used is told of classes and subjects, never of a person: it says what a school stores, and not what somebody wrote or when. It is
//! no look (see [`domain::inspection::look`]). A référent numérique decides the limits too, and is not told what textbooks hold.

use std::collections::{BTreeMap, BTreeSet};

use axum::Form;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect};
use domain::actor::Actor;
use domain::decider::Decider as _;
use domain::directory::establishment::{Command, School};
use domain::ids::TextbookId;
use domain::media::{FILE_BYTES_MAX, FileLimits, Media, Sort, TEXTBOOK_BYTES_MAX, customary_limits, limits_on};
use jiff::civil::Date;
use projections::inspector::{self, queries};
use uuid::Uuid;

use super::Office;
use crate::app::{Said, lasting};
use crate::fr;
use crate::problem::Problem;
use crate::web::layout::{FieldError, Role};
use crate::web::principal::{Decided, FilesPage, LimitsForm, TypeChoice, Used};
use crate::web::routes::announce::Done;
use crate::web::routes::{Page, Shared, Visitor, page_with, said, with_flash};

const MEGABYTE: u64 = 1_000_000;
/// Who decides by this page.
const fn source(role: Role) -> &'static str {
    match role {
        Role::Referent => "décision du référent numérique",
        _ => "décision de la direction",
    }
}

/// The fields of sizes.
const SIZES: [&str; 5] = ["document", "image", "son", "video", "cahier"];

/// What was typed, field by field.
#[derive(Default)]
struct Typed {
    sizes: [String; 5],
    taken: BTreeSet<Media>,
    from: String,
    key: String,
    /// Of which school the page was.
    school: Option<String>,
}

impl Typed {
    /// The limits in force, to be changed.
    fn of(limits: &FileLimits, today: Date) -> Self {
        let FileLimits { document_bytes_max, image_bytes_max, audio_bytes_max, video_bytes_max, .. } = limits;
        let bytes =
            [*document_bytes_max, *image_bytes_max, *audio_bytes_max, *video_bytes_max, limits.textbook_bytes_max];
        Self {
            sizes: bytes.map(|bytes| bytes.div_ceil(MEGABYTE).to_string()),
            taken: limits.taken.clone(),
            from: today.to_string(),
            key: Uuid::now_v7().to_string(),
            school: None,
        }
    }

    fn read(fields: Vec<(String, String)>) -> Self {
        let mut typed = Self::default();
        for (name, value) in fields {
            let value = value.trim().to_owned();
            match name.as_str() {
                "type" => typed.taken.extend(Media::parse(&value)),
                "du" => typed.from = value,
                "cle" => typed.key = value,
                "etablissement" => typed.school = Some(value),
                size => {
                    if let Some(at) = SIZES.iter().position(|known| *known == size) {
                        typed.sizes[at] = value;
                    }
                }
            }
        }
        typed
    }

    /// The limits, or what is wrong with each field.
    fn limits(&self, (today, role): (Date, Role)) -> Result<FileLimits, Vec<FieldError>> {
        let mut errors = Vec::new();
        let mut wrong = |field: &str, message: &str| {
            errors.push(FieldError { field: field.to_owned(), message: fr::spaced(message) });
        };
        let mut bytes = [0; 5];
        for (at, field) in SIZES.into_iter().enumerate() {
            let most = if field == "cahier" { TEXTBOOK_BYTES_MAX } else { FILE_BYTES_MAX } / MEGABYTE;
            match self.sizes[at].parse::<u64>().ok().filter(|size| (1..=most).contains(size)) {
                Some(size) => bytes[at] = size * MEGABYTE,
                None => wrong(field, &format!("Indiquez un nombre entier de Mo, de 1 à {most}.")),
            }
        }
        let [document, image, audio, video, textbook] = bytes;
        if textbook > 0 && textbook < document.max(image).max(audio).max(video) {
            wrong("cahier", "Un cahier doit pouvoir garder au moins un fichier de la plus grande taille.");
        }
        if self.taken.is_empty() {
            wrong("type", "Choisissez au moins un type de fichier.");
        }
        let from = self.from.parse::<Date>().ok().filter(|from| *from >= today);
        let Some(valid_from) = from else {
            wrong("du", "Indiquez à partir de quel jour : aujourd’hui ou plus tard.");
            return Err(errors);
        };
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(FileLimits {
            valid_from,
            source: source(role).to_owned(),
            document_bytes_max: document,
            image_bytes_max: image,
            audio_bytes_max: audio,
            video_bytes_max: video,
            textbook_bytes_max: textbook,
            taken: self.taken.clone(),
        })
    }

    fn form(self, errors: Vec<FieldError>) -> LimitsForm {
        let Self { sizes: [document, image, audio, video, textbook], taken, from, key, .. } = self;
        let choice = |media: Media| TypeChoice {
            value: media.name().to_owned(),
            label: said::media(media).to_owned(),
            ticked: taken.contains(&media),
        };
        LimitsForm { document, image, audio, video, textbook, types: Media::ALL.map(choice).into(), from, key, errors }
    }
}

/// Limits, in words.
fn decided(limits: &FileLimits) -> Decided {
    let most = |what: &str, sort: Sort| {
        let media = Media::ALL.into_iter().find(|media| media.sort() == sort)?;
        Some(fr::spaced(&format!("{what} : {} au plus", fr::size(limits.bytes_max(media)))))
    };
    let sorts = [
        ("Un document", Sort::Document),
        ("Une image", Sort::Image),
        ("Un son", Sort::Audio),
        ("Une vidéo", Sort::Video),
    ];
    Decided {
        since: (limits.valid_from > Date::MIN).then_some(limits.valid_from),
        source: limits.source.clone(),
        largest: sorts.into_iter().filter_map(|(what, sort)| most(what, sort)).collect(),
        textbook: fr::size(limits.textbook_bytes_max),
        taken: limits.taken.iter().map(|media| said::media(*media).to_owned()).collect(),
    }
}

/// All that the school decided of files, and what was the custom before.
fn known(office: &Office<'_>) -> Result<Vec<FileLimits>, Problem> {
    let books = office.web.app.register.read();
    Ok(books.schools.get(&office.school).ok_or_else(Problem::unknown)?.file_limits.clone())
}

async fn view(
    (office, role): (&Office<'_>, Role),
    visitor: Visitor,
    (typed, errors): (Option<Typed>, Vec<FieldError>),
    done: &Done,
) -> Result<FilesPage, Problem> {
    let app = &office.web.app;
    let today = office.local.date();
    let known = known(office)?;
    let limits = limits_on(&known, today).cloned().unwrap_or_else(|| customary_limits().remove(0));
    let textbooks: Vec<TextbookId> = {
        let books = app.register.read();
        let school = books.schools.get(&office.school).ok_or_else(Problem::unknown)?;
        let year = school.year_on(today).map(|bounds| bounds.year);
        let services = books.services_of_school(office.school);
        services.filter(|service| Some(service.year) == year).map(|service| service.textbook).collect()
    };
    // In a scope where nothing is read, there are none.
    let held = queries::file_bytes(app.tables(inspector::NAME)?, &office.scope, &textbooks).await?;
    let total: u64 = held.values().map(|(_, bytes)| bytes).sum();
    let books = app.register.read();
    let row = |(textbook, (files, bytes)): (&TextbookId, &(u64, u64))| {
        let service = books.services.get(textbook)?;
        // In kilobytes: a share is a figure of two that fit.
        let kilobytes = |bytes: u64| u32::try_from(bytes.div_ceil(1_000)).unwrap_or(u32::MAX);
        let share = fr::percentage(kilobytes(*bytes), kilobytes(limits.textbook_bytes_max));
        Some(Used {
            class: said::group_of(&books, service.group),
            subject: said::inside(&said::subject(&books, service.school, &service.subject)),
            files: *files,
            bytes: fr::size(*bytes),
            share: share.unwrap_or_default(),
        })
    };
    let mut used: Vec<Used> = held.iter().filter_map(row).collect();
    used.sort_by(|a, b| (&a.class, &a.subject).cmp(&(&b.class, &b.subject)));
    drop(books);
    // Of two decisions for one day, the last holds.
    let coming = known.iter().filter(|limits| limits.valid_from > today);
    let later: BTreeMap<Date, &FileLimits> = coming.map(|limits| (limits.valid_from, limits)).collect();
    let layout = office.web.layout(Some(visitor), Some(role), "/direction/fichiers");
    Ok(FilesPage {
        layout: with_flash(layout, done.flash(today)),
        schools: office.choices_of_settings(),
        school: office.school.to_string(),
        now: decided(&limits),
        later: later.values().map(|limits| decided(limits)).collect(),
        used: (role == Role::Principal).then_some(used),
        total: fr::size(total),
        form: typed.unwrap_or_else(|| Typed::of(&limits, today)).form(errors),
    })
}

pub async fn show(State(web): Shared, visitor: Visitor, Query(done): Query<Done>) -> Page {
    let (office, role) = Office::of_settings(&web, visitor)?;
    page_with(StatusCode::OK, &view((&office, role), visitor, (None, vec![]), &done).await?)
}

pub async fn decide(State(web): Shared, visitor: Visitor, Form(fields): Form<Vec<(String, String)>>) -> Page {
    let (office, role) = Office::of_settings(&web, visitor)?;
    let typed = Typed::read(fields);
    if typed.school.as_ref().is_some_and(|school| *school != office.school.to_string()) {
        // Of several schools, another one was chosen since.
        let message =
            "Cette page était celle d’un autre établissement : vérifiez celui qui est choisi, puis recommencez.";
        let errors = vec![FieldError { field: "etablissement".to_owned(), message: fr::spaced(message) }];
        let page = view((&office, role), visitor, (Some(typed), errors), &Done::default()).await?;
        return page_with(StatusCode::CONFLICT, &page);
    }
    let limits = match typed.limits((office.local.date(), role)) {
        Ok(limits) => limits,
        Err(errors) => {
            let page = view((&office, role), visitor, (Some(typed), errors), &Done::default()).await?;
            return page_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
        }
    };
    let said = Said { key: Some(typed.key.clone()).filter(|key| !key.is_empty()), expected: None };
    let (actor, stream) = (Actor::Person(office.head), lasting(School::TYPE, office.school));
    let command = Command::AdoptFileLimits { limits };
    match web.app.in_directory::<School>(actor, office.school, stream, said, command).await {
        Ok(receipt) => {
            web.app.await_readers(receipt.last_position.unwrap_or_default()).await;
            Ok(Redirect::to("/direction/fichiers?fait=limites").into_response())
        }
        Err(problem) if problem.status().is_client_error() && problem.status() != StatusCode::NOT_FOUND => {
            let message = match problem.code.as_str() {
                "idempotency-key-reused" => {
                    "Ce formulaire a déjà servi : voyez les limites en vigueur, puis recommencez."
                }
                _ => "L’établissement n’accepte pas ces limites : vérifiez les tailles et les types.",
            };
            let errors = vec![FieldError { field: "document".to_owned(), message: fr::spaced(message) }];
            let status = problem.status();
            let typed = Typed { key: Uuid::now_v7().to_string(), ..typed };
            page_with(status, &view((&office, role), visitor, (Some(typed), errors), &Done::default()).await?)
        }
        Err(problem) => Err(problem),
    }
}
