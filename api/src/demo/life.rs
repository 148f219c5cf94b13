//! School life: the acts of teachers, done through real commands at their hour. An act done twice is recognised by its key.

use std::collections::{BTreeSet, HashMap};

use domain::ids::{GroupId, HomeworkId, PersonId, SchoolId, TextbookId};
use domain::textbook::Command;
use domain::textbook::entry::{LessonRef, NewFraming, NewResource, Purpose};
use domain::textbook::homework::{DueRef, HomeworkKind, NewHomework};
use futures_util::StreamExt as _;
use infra::generator::{self, Act, Deed, Due, Given, Level, School};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::clock::DemoClock;
use super::{Progress, pupil_number, staff_number, sts_number, weeks_after};
use crate::app::{App, Said};
use crate::cli::Failure;
use crate::facts::Books;

/// Acts that fall within so much time are done together: one batch of the journal.
const TOGETHER: SignedDuration = SignedDuration::from_mins(10);

/// An act of one of the schools.
struct Todo {
    at: Timestamp,
    school: SchoolId,
    act: Act,
}

/// The acts to come, in their order.
pub(super) struct Life {
    acts: Vec<Todo>,
    people: HashMap<String, PersonId>,
    /// The pupils of each level of a class of several.
    levels: HashMap<(SchoolId, String, Level), BTreeSet<PersonId>>,
    year: domain::ids::SchoolYear,
    done: usize,
}

/// The pupils of each level, in the classes that have several.
async fn levels(
    app: &App,
    schools: &[&School],
) -> Result<HashMap<(SchoolId, String, Level), BTreeSet<PersonId>>, Failure> {
    let mut levels: HashMap<_, BTreeSet<PersonId>> = HashMap::new();
    for generated in schools {
        let several = |class: usize| generated.divisions[class].levels().nth(1).is_some();
        let pupils: Vec<_> = generated.pupils.iter().filter(|pupil| several(pupil.division)).collect();
        let numbers: Vec<_> = pupils.iter().map(|pupil| pupil_number(&pupil.jointure)).collect();
        for (pupil, person) in pupils.into_iter().zip(app.vault.known(&numbers).await?) {
            let class = generated.divisions[pupil.division].code.clone();
            let of = levels.entry((SchoolId::of(&generated.uai), class, pupil.level)).or_default();
            of.extend(person);
        }
    }
    Ok(levels)
}

impl Life {
    /// The acts of all these schools, which share one year.
    pub async fn of(app: &App, schools: &[&School], from: Date, until: Date, done: usize) -> Result<Self, Failure> {
        let zone = jiff::tz::TimeZone::get("Europe/Paris").map_err(Failure::unavailable)?;
        let (mut acts, mut names) = (Vec::new(), Vec::new());
        let mut year = domain::ids::SchoolYear::NONE;
        for generated in schools {
            let school = SchoolId::of(&generated.uai);
            let told = generator::life(generated, from, until).into_iter();
            acts.extend(told.filter_map(|act| Some(Todo { at: zone.to_timestamp(act.at).ok()?, school, act })));
            names.extend(generated.staff.iter().map(|staff| match &staff.sts_id {
                Some(id) => (id.clone(), sts_number(id)),
                None => (staff.jointure.clone(), staff_number(&staff.jointure)),
            }));
            year = domain::ids::SchoolYear(generated.calendar.starts_on.year());
        }
        acts.sort_by_key(|todo| todo.at);
        let (ids, numbers): (Vec<_>, Vec<_>) = names.into_iter().unzip();
        let known = app.vault.known(&numbers).await?;
        let people = ids.into_iter().zip(known).filter_map(|(id, person)| Some((id, person?))).collect();
        let levels = levels(app, schools).await?;
        Ok(Self { acts, people, levels, year, done })
    }

    pub fn lived(&self) -> usize {
        self.done
    }

    /// Does everything up to an instant, the clock going from act to act.
    pub async fn until(
        &mut self,
        app: &App,
        clock: &DemoClock,
        until: Timestamp,
        progress: &dyn Progress,
    ) -> Result<(), Failure> {
        let size = self.acts[self.done..].partition_point(|todo| todo.at <= until);
        progress.step("school life", size as u64);
        let (start, end) = (self.done, self.done + size);
        while self.done < end {
            let at = self.acts[self.done].at;
            let together = self.acts[self.done..end].partition_point(|other| other.at <= at + TOGETHER);
            let last = self.acts[self.done + together - 1].at;
            clock.set(last);
            self.together(app, self.done + together).await?;
            progress.at((self.done - start) as u64);
        }
        Ok(())
    }

    /// Does what is due, without touching the clock.
    pub async fn due(&mut self, app: &App, now: Timestamp) -> Result<(), Failure> {
        let due = self.acts[self.done..].partition_point(|todo| todo.at <= now);
        self.together(app, self.done + due).await
    }

    /// Does the acts up to `end` at the present time: textbooks side by side, the acts of one textbook in their order.
    async fn together(&mut self, app: &App, end: usize) -> Result<(), Failure> {
        let mut by_textbook: HashMap<TextbookId, Vec<usize>> = HashMap::new();
        for number in self.done..end {
            by_textbook.entry(self.textbook(&self.acts[number])).or_default().push(number);
        }
        let mut last = None;
        {
            let life = &*self;
            let each = by_textbook.into_values().map(|numbers| async move {
                let mut position = None;
                for number in numbers {
                    position = position.max(life.act(app, number).await?);
                }
                Ok::<_, Failure>(position)
            });
            let mut each = futures_util::stream::iter(each).buffer_unordered(64);
            while let Some(position) = each.next().await {
                last = last.max(position?);
            }
        }
        self.done = end;
        if let Some(position) = last {
            app.await_readers(position).await;
        }
        Ok(())
    }

    fn textbook(&self, Todo { school, act, .. }: &Todo) -> TextbookId {
        TextbookId::of(GroupId::of(*school, self.year, &act.group), &act.subject)
    }

    /// One act. What the school refuses (a lesson that was moved, a text withdrawn by a visitor) is left undone, and noted; when
    /// the journal cannot be reached the act is not done yet, and will be.
    async fn act(&self, app: &App, number: usize) -> Result<Option<i64>, Failure> {
        let textbook = self.textbook(&self.acts[number]);
        let act = &self.acts[number].act;
        let Some(author) = self.people.get(&act.teacher).copied() else { return Ok(None) };
        let Some(command) = self.command(app, textbook, number, act) else { return Ok(None) };
        let said = Said { key: Some(format!("life/{number}")), expected: None };
        match app.in_textbook(author, textbook, said, command).await {
            Ok(receipt) => Ok(receipt.last_position),
            Err(problem) if problem.status().is_server_error() => Err(Failure::unavailable(problem.detail)),
            Err(problem) => {
                tracing::debug!(code = %problem.code, group = act.group, subject = act.subject, date = %act.date, "an act was refused");
                Ok(None)
            }
        }
    }

    /// Of the class of an act, who is of that level; none when nobody is known.
    fn of_level(&self, books: &Books, number: usize, level: Level) -> Option<BTreeSet<PersonId>> {
        let Todo { school, act, .. } = &self.acts[number];
        let of = self.levels.get(&(*school, act.group.clone(), level))?;
        let class = GroupId::of(*school, self.year, &act.group);
        let those: BTreeSet<PersonId> = books.members(class, act.date).filter(|pupil| of.contains(pupil)).collect();
        (!those.is_empty()).then_some(those)
    }

    /// The publication that a later act of the same lesson comes back to.
    fn published(&self, number: usize) -> Option<&Deed> {
        let Todo { school, act, .. } = &self.acts[number];
        let same = |Todo { school: where_else, act: earlier, .. }: &&Todo| {
            where_else == school
                && (earlier.date, earlier.starts_at) == (act.date, act.starts_at)
                && (&earlier.group, &earlier.subject) == (&act.group, &act.subject)
                && matches!(earlier.deed, Deed::Publish { .. })
        };
        self.acts[..number].iter().find(same).map(|earlier| &earlier.act.deed)
    }

    fn command(&self, app: &App, textbook: TextbookId, number: usize, act: &Act) -> Option<Command> {
        let books = app.register.read();
        let lesson =
            books.lessons(textbook, act.date, act.date).into_iter().find(|at| at.starts_at == act.starts_at)?;
        let lesson_ref = LessonRef::Slot { slot: lesson.slot, date: act.date };
        let mut next: Vec<_> = books.lessons(textbook, act.date.tomorrow().ok()?, weeks_after(act.date, 6));
        // Nobody gives work for a lesson that a visitor has cancelled.
        next.retain(|at| at.not_held.is_none());
        let due = |due: &Due| match due {
            Due::NextLesson => next.first().map(|at| DueRef::Lesson { slot: at.slot, date: at.date }),
            Due::LessonAfter(n) => {
                next.get(usize::from(*n).saturating_sub(1)).map(|at| DueRef::Lesson { slot: at.slot, date: at.date })
            }
            Due::OnDate(date) => Some(DueRef::Date { date: *date }),
        };
        let entry = domain::ids::EntryId::of(textbook, &lesson.slot.to_string(), act.date);
        // The work given in a lesson is named by the lesson and its rank, so that a later act can revise it.
        let homework = |rank: usize| HomeworkId(Uuid::new_v5(&entry.0, format!("homework/{rank}").as_bytes()));
        let task = |rank: usize, given: &Given| {
            Some(NewHomework {
                homework: homework(rank),
                text: given.text.clone(),
                due: due(&given.due)?,
                kind: kind(given.kind),
                minutes: Some(given.minutes),
                written: given.written,
                resources: vec![],
                audience: given.level.and_then(|level| self.of_level(&books, number, level)),
            })
        };
        Some(match &act.deed {
            Deed::Publish { content, resources, homework } => Command::PublishEntry {
                lesson: lesson_ref,
                content: content.clone(),
                framing: NewFraming::default(),
                copied_from: None,
                resources: resources.iter().map(resource).collect(),
                homework: homework.iter().enumerate().filter_map(|(rank, given)| task(rank, given)).collect(),
            },
            Deed::Revise { content } => {
                let Deed::Publish { resources, .. } = self.published(number)? else { return None };
                let resources = resources.iter().map(resource).collect();
                Command::ReviseEntry {
                    entry,
                    content: Some(content.clone()),
                    framing: NewFraming::default(),
                    resources,
                    homework: vec![],
                }
            }
            Deed::ReviseHomework { index, text } => {
                let Deed::Publish { homework, .. } = self.published(number)? else { return None };
                Command::ReviseHomework {
                    homework: NewHomework { text: text.clone(), ..task(*index, homework.get(*index)?)? },
                }
            }
            Deed::Withdraw { reason } => Command::WithdrawEntry { entry, reason: reason.clone(), with_homework: true },
        })
    }
}

fn resource(resource: &generator::Res) -> NewResource {
    let purpose = match resource.purpose {
        generator::Purpose::Lesson => Purpose::Lesson,
        generator::Purpose::Homework => Purpose::Homework,
        generator::Purpose::Further => Purpose::Further,
    };
    NewResource { title: resource.title.clone(), link: resource.url.clone(), purpose, file: None }
}

fn kind(kind: generator::HomeworkKind) -> HomeworkKind {
    match kind {
        generator::HomeworkKind::Exercises | generator::HomeworkKind::Writing => HomeworkKind::Exercise,
        generator::HomeworkKind::Lesson | generator::HomeworkKind::Oral => HomeworkKind::Learning,
        generator::HomeworkKind::Reading => HomeworkKind::Reading,
        generator::HomeworkKind::Preparation => HomeworkKind::Other,
        generator::HomeworkKind::Project => HomeworkKind::Research,
        generator::HomeworkKind::Test => HomeworkKind::Test,
    }
}
