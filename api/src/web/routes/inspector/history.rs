//! A textbook with everything it ever said: each lesson, each version, who, in what capacity, when, and what changed.

use std::collections::BTreeMap;

use domain::ids::{HomeworkId, TextbookId};
use jiff::civil::Date;
use projections::inspector::{self, Item, Version as Stored, queries};
use similar::{ChangeTag, TextDiff};

use super::{LessonKey, Visit, Visitor, mandate};
use crate::facts::{Books, Followed, LessonAt};
use crate::fr;
use crate::problem::Problem;
use crate::web::inspector::{
    Filter, HomeworkHistory, LessonHistory, Segment, SegmentKind, Summary, TextbookPage, Version, Withdrawal,
};
use crate::web::layout::Role;
use crate::web::routes::reading::{self, Texts, end_of};
use crate::web::routes::said;

/// All that is kept of a textbook, opened.
pub struct Kept {
    textbook: TextbookId,
    versions: Vec<Stored>,
    texts: Texts,
}

impl Kept {
    pub async fn read(visit: &Visit<'_>, textbook: TextbookId) -> Result<Self, Problem> {
        let app = &visit.web.app;
        let versions = queries::textbook(app.tables(inspector::NAME)?, &visit.scope, textbook, None).await?;
        let resources =
            versions.iter().flat_map(|row| &row.resources).flat_map(|one| one.title.iter().chain(one.link.iter()));
        let cells = versions
            .iter()
            .flat_map(|row| row.content.iter().chain(&row.reason).chain(row.framing.cells()))
            .chain(resources);
        let texts = Texts::open(app, cells.collect()).await?;
        Ok(Self { textbook, versions, texts })
    }

    pub fn page(&self, visit: &Visit<'_>, visitor: Visitor, filter: Option<&str>) -> TextbookPage {
        let here = format!("/inspection/cahiers/{}", self.textbook);
        let layout = visit.web.layout(Some(visitor), Some(Role::Inspector), &here);
        let books = visit.web.app.register.read();
        let held = visit.held(&books, self.textbook);
        let lessons = self.lessons(&books, visit, &held);
        let filters = filters(&lessons, &here, filter);
        let service = books.services.get(&self.textbook);
        let grant = books.mandates.values().find(|book| {
            book.grant.inspector == visit.inspector
                && book.grant.holds(visit.local.date())
                && book.grant.textbooks.contains(&self.textbook)
        });
        let nothing = crate::web::inspector::Mandate {
            school: String::new(),
            opened_by: String::new(),
            from: visit.local.date(),
            to: visit.local.date(),
            textbooks: vec![],
        };
        let summary = summary(&lessons);
        TextbookPage {
            class: service.map(|service| said::group_of(&books, service.group)).unwrap_or_default(),
            subject: service.map(|service| said::subject(&books, service.school, &service.subject)).unwrap_or_default(),
            teacher: said::teachers(&books, self.textbook, visit.local.date()),
            since: held.first().map_or(visit.local.date(), |lesson| lesson.date),
            mandate: grant.map_or(nothing, |book| mandate(&books, book, vec![])),
            summary,
            filters,
            lessons: lessons.into_iter().filter(|lesson| passes(lesson, filter)).collect(),
            older: None,
            layout,
        }
    }

    /// Lessons held and lessons written, latest first.
    fn lessons(&self, books: &Books, visit: &Visit<'_>, held: &[LessonAt]) -> Vec<LessonHistory> {
        let mut lessons: BTreeMap<LessonKey, (u16, Vec<&Stored>)> = BTreeMap::new();
        let mut known: BTreeMap<LessonKey, LessonAt> = BTreeMap::new();
        let key = |at: &LessonAt| (at.date, at.starts_at, Some(at.slot));
        for lesson in held {
            lessons.insert(key(lesson), (lesson.minutes, vec![]));
            known.insert(key(lesson), lesson.clone());
        }
        for version in &self.versions {
            let lesson = &version.lesson;
            let at = reading::held(books, self.textbook, lesson);
            let key = at.as_ref().map_or((lesson.date, lesson.starts_at, lesson.slot), key);
            lessons.entry(key).or_insert((lesson.minutes, vec![])).1.push(version);
            known.extend(at.map(|at| (key, at)));
        }
        let cancelled = |at: &LessonAt| at.not_held.map(|because| Some(said::not_held(because).to_owned()));
        let history = |(key, (minutes, mut versions)): (LessonKey, (u16, Vec<&Stored>))| {
            let ((date, start, slot), at) = (key, known.get(&key));
            let outside = || if slot.is_none() { vec![said::OUTSIDE.to_owned()] } else { vec![] };
            versions.sort_by_key(|version| version.version);
            let entry: Vec<&Stored> =
                versions.iter().copied().filter(|one| matches!(one.item, Item::Entry(_))).collect();
            let lesson = Followed::among(held, date.to_datetime(start));
            let withdrawn = self.withdrawal(books, visit, &entry);
            let written = !entry.is_empty() && withdrawn.is_none();
            LessonHistory {
                counted: at.is_some_and(|at| at.counts(written, visit.clock(books, self.textbook))),
                date,
                start,
                end: end_of(start, minutes),
                cancelled: at.and_then(cancelled),
                assured: at.is_some_and(|at| at.replaced_by.is_some()),
                notes: at.map_or_else(outside, |at| said::became(books, at)),
                late: entry.first().is_some_and(|first| self.late(books, visit, first, date)),
                withdrawn,
                versions: self.views(books, visit, &lesson, &entry),
                homework: self.homework(books, visit, &lesson, &versions),
            }
        };
        lessons.into_iter().rev().map(history).collect()
    }

    fn homework(
        &self,
        books: &Books,
        visit: &Visit<'_>,
        lesson: &Followed,
        versions: &[&Stored],
    ) -> Vec<HomeworkHistory> {
        let mut works: BTreeMap<HomeworkId, Vec<&Stored>> = BTreeMap::new();
        for version in versions {
            if let Item::Homework(homework) = version.item {
                works.entry(homework).or_default().push(version);
            }
        }
        let view = |versions: Vec<&Stored>| {
            let work = versions.last()?.work.as_ref()?;
            Some(HomeworkHistory {
                due_on: work.due.on,
                kind: Some(said::kind(work.kind).to_owned()),
                minutes: work.minutes.map(u32::from),
                withdrawn: self.withdrawal(books, visit, &versions),
                versions: self.views(books, visit, lesson, &versions),
            })
        };
        works.into_values().filter_map(view).collect()
    }

    /// Each version, newest first, with what changed from the one before.
    fn views(&self, books: &Books, visit: &Visit<'_>, lesson: &Followed, versions: &[&Stored]) -> Vec<Version> {
        let mut before: Option<&Stored> = None;
        let mut views: Vec<Version> = Vec::new();
        let moved = versions.windows(2).any(|pair| matches!(pair, [one, next] if terms(one) != terms(next)));
        for stored in versions.iter().copied() {
            if stored.withdrawal() {
                // The last one is told of the lesson itself.
                let again = versions.last().is_some_and(|last| last.version > stored.version);
                if let Some(view) = views.last_mut().filter(|_| again) {
                    view.withdrawn = Some(self.withdrawn(books, visit, stored));
                }
                continue;
            }
            let former = before.map(|former| self.texts.of(former.content.as_ref()));
            views.push(Version {
                number: views.len() as u32 + 1,
                author: stored.author.person().map_or_else(|| "import".to_owned(), |person| books.formal_name(person)),
                capacity: said::capacity(stored.capacity).to_owned(),
                written_on: self.local(books, visit, stored.recorded_at).date(),
                delay: self.delay(books, lesson, stored),
                text: segments(former.as_deref(), &self.texts.of(stored.content.as_ref())),
                terms: if moved { changed_terms(before, stored) } else { vec![] },
                framing: self.texts.framing(&stored.framing),
                copied_from: stored.copied_from.map(|source| said::source(books, source)),
                resources: self.texts.resources(self.textbook, &stored.resources),
                withdrawn: None,
            });
            before = Some(stored);
        }
        views.reverse();
        views
    }

    fn withdrawal(&self, books: &Books, visit: &Visit<'_>, versions: &[&Stored]) -> Option<Withdrawal> {
        versions.last().filter(|version| version.withdrawal()).map(|last| self.withdrawn(books, visit, last))
    }

    fn withdrawn(&self, books: &Books, visit: &Visit<'_>, version: &Stored) -> Withdrawal {
        Withdrawal {
            by: version.author.person().map(|person| books.formal_name(person)).unwrap_or_default(),
            on: self.local(books, visit, version.recorded_at).date(),
            reason: self.texts.of(version.reason.as_ref()),
        }
    }

    /// First written after the day of the lesson and the school day that follows it (rule CT-01, N = 1).
    fn late(&self, books: &Books, visit: &Visit<'_>, first: &Stored, held_on: Date) -> bool {
        let written = self.local(books, visit, first.recorded_at).date();
        let mut next = (1..=30).filter_map(|days| domain::calendar::days_after(held_on, days));
        next.find(|day| books.is_school_day(self.textbook, *day)).is_some_and(|limit| written > limit)
    }

    /// When a version was written, as far as it matters here: in days of class, and before or after the next lesson.
    fn delay(&self, books: &Books, lesson: &Followed, version: &Stored) -> String {
        let Some(delay) = books.delay(self.textbook, lesson, version.recorded_at) else { return String::new() };
        let day = match delay.school_days {
            _ if delay.ahead => return "avant la séance".to_owned(),
            _ if delay.written_on == lesson.date => "le jour même".to_owned(),
            0 => "avant le jour de classe suivant".to_owned(),
            days => format!("{} après", fr::plural(days, "jour de classe", "jours de classe")),
        };
        match delay.after_next {
            Some(true) => format!("{day}, après la séance suivante"),
            Some(false) => format!("{day}, avant la séance suivante"),
            None => day,
        }
    }

    fn local(&self, books: &Books, visit: &Visit<'_>, at: jiff::Timestamp) -> jiff::civil::DateTime {
        books.school_of(self.textbook).map_or(visit.local, |school| school.local(at))
    }
}

/// What a version of a homework asks besides its text: when, of what kind, for how long, whether in writing, whether of all; never of whom.
fn terms(version: &Stored) -> Option<[String; 5]> {
    let work = version.work.as_ref()?;
    Some([
        format!("pour le {}", fr::long_date(work.due.on)),
        said::kind(work.kind).to_owned(),
        work.minutes.map(|minutes| fr::duration(u32::from(minutes))).unwrap_or_default(),
        if work.written { "à rendre par écrit".to_owned() } else { String::new() },
        said::for_part(work).unwrap_or_default(),
    ])
}

/// Those terms on one line, with what changed from the version before.
fn changed_terms(before: Option<&Stored>, version: &Stored) -> Vec<Segment> {
    let now = terms(version).unwrap_or_default();
    let before = before.and_then(terms).unwrap_or_else(|| now.clone());
    let mut segments: Vec<Segment> = Vec::new();
    for (before, now) in before.into_iter().zip(now) {
        if before.is_empty() && now.is_empty() {
            continue;
        }
        if !segments.is_empty() {
            segments.push(Segment { kind: SegmentKind::Same, text: " · ".to_owned() });
        }
        let parts = if before == now {
            vec![(SegmentKind::Same, now)]
        } else {
            vec![(SegmentKind::Removed, before), (SegmentKind::Added, now)]
        };
        let told = parts.into_iter().filter(|(_, text)| !text.is_empty());
        segments.extend(told.map(|(kind, text)| Segment { kind, text }));
    }
    segments
}

/// Word by word, what is the same, added or removed.
fn segments(before: Option<&str>, text: &str) -> Vec<Segment> {
    let Some(before) = before else {
        return vec![Segment { kind: SegmentKind::Same, text: text.to_owned() }];
    };
    let mut segments: Vec<Segment> = Vec::new();
    for change in TextDiff::from_words(before, text).iter_all_changes() {
        let kind = match change.tag() {
            ChangeTag::Equal => SegmentKind::Same,
            ChangeTag::Insert => SegmentKind::Added,
            ChangeTag::Delete => SegmentKind::Removed,
        };
        match segments.last_mut() {
            Some(last) if last.kind == kind => last.text.push_str(change.value()),
            _ => segments.push(Segment { kind, text: change.value().to_owned() }),
        }
    }
    segments
}

fn passes(lesson: &LessonHistory, filter: Option<&str>) -> bool {
    match filter {
        Some("retard") => lesson.late,
        Some("modifiees") => changed(lesson),
        Some("retirees") => lesson.withdrawn.is_some(),
        Some("vides") => lesson.versions.is_empty() && lesson.counted,
        _ => true,
    }
}

fn changed(lesson: &LessonHistory) -> bool {
    lesson.versions.len() > 1 || lesson.homework.iter().any(|work| work.versions.len() > 1)
}

fn filters(lessons: &[LessonHistory], here: &str, filter: Option<&str>) -> Vec<Filter> {
    let known = [
        (None, "toutes"),
        (Some("retard"), "en retard"),
        (Some("modifiees"), "modifiées"),
        (Some("retirees"), "retirées"),
        (Some("vides"), "non remplies"),
    ];
    let view = |(name, label): (Option<&str>, &str)| Filter {
        label: label.to_owned(),
        href: name.map_or_else(|| here.to_owned(), |name| format!("{here}?filtre={name}")),
        count: lessons.iter().filter(|lesson| passes(lesson, name)).count(),
        current: name == filter,
    };
    known.into_iter().map(view).collect()
}

fn summary(lessons: &[LessonHistory]) -> Summary {
    let held = || lessons.iter().filter(|lesson| lesson.counted);
    let days = |lesson: &LessonHistory| {
        let first = lesson.versions.last()?;
        Some(domain::calendar::days_between(lesson.date, first.written_on).max(0) as u32)
    };
    let mut delays: Vec<u32> = held().filter_map(days).collect();
    delays.sort_unstable();
    Summary {
        held: held().count() as u32,
        filled: held().filter(|lesson| !lesson.versions.is_empty() && lesson.withdrawn.is_none()).count() as u32,
        median_delay_days: delays.get(delays.len() / 2).copied(),
    }
}
