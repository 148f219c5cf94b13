mod files;
mod primary;
mod work;

use super::entry::Purpose;
use super::file::Media;
use super::homework::{DueRef, HomeworkKind};
use super::*;
use crate::actor::{Actor, Capacity};
use crate::calendar::{Weeks, national_pauses};
use crate::ids::{PersonId, ServiceId, SlotId};
use jiff::civil::{date, datetime, time};
use uuid::Uuid;

const MONDAY: Date = date(2026, 11, 16);
const THURSDAY: Date = date(2026, 11, 19);

fn slot(weekday: i8) -> Slot {
    let (service, weeks) = (ServiceId(Uuid::from_u128(7)), Weeks::new(date(2026, 8, 31), u64::MAX));
    let starts_at = time(8, 0, 0, 0);
    Slot { slot: SlotId::of(service, weekday, starts_at, "all"), weekday, starts_at, minutes: 55, weeks, room: None }
}

fn facts() -> Facts {
    let school = SchoolId::of("0990001X");
    let group = GroupId::of(school, SchoolYear(2026), "4B");
    Facts {
        textbook: TextbookId::of(group, "061300"),
        school,
        group,
        subject: "061300".into(),
        degree: Degree::Second,
        zone: TimeZone::get("Europe/Paris").unwrap(),
        pauses: national_pauses(),
        bounds: YearBounds { year: SchoolYear(2026), starts_on: date(2026, 9, 1), ends_on: date(2027, 7, 3) },
        closures: vec![Closure { from: date(2026, 11, 11), until: date(2026, 11, 11), label: "Armistice".into() }],
        slots: vec![(slot(1), None), (slot(3), None), (slot(4), None)],
        not_held: std::collections::BTreeMap::new(),
        members: BTreeSet::from([pupil(1), pupil(2), pupil(3)]),
        source: None,
        moved: std::collections::BTreeMap::new(),
        received: Received::default(),
    }
}

fn pupil(number: u128) -> PersonId {
    PersonId(Uuid::from_u128(100 + number))
}

struct Given {
    state: State,
    context: Context<Facts>,
}

fn given(past: &[Event]) -> Given {
    let mut state = State::default();
    past.iter().for_each(|event| Textbook::evolve(&mut state, event));
    let now = facts().zone.to_timestamp(datetime(2026, 11, 16, 17, 30, 0, 0)).unwrap();
    let actor = Actor::Person(PersonId(Uuid::from_u128(1)));
    Given { state, context: Context { actor, capacity: Capacity::Teacher, now, facts: facts(), facts_position: 1 } }
}

impl Given {
    fn by(mut self, capacity: Capacity) -> Self {
        self.context.capacity = capacity;
        self
    }

    fn at(mut self, local: jiff::civil::DateTime) -> Self {
        self.context.now = facts().zone.to_timestamp(local).unwrap();
        self
    }

    fn when(self, command: Command) -> Result<Vec<Event>, Rejection> {
        Textbook::decide(&self.state, command, &self.context)
    }
}

fn on(date: Date, weekday: i8) -> LessonRef {
    LessonRef::Slot { slot: slot(weekday).slot, date }
}

fn publish(lesson: LessonRef) -> Command {
    let (content, framing) = ("Équations à une inconnue".into(), NewFraming::default());
    Command::PublishEntry { lesson, content, framing, resources: vec![], homework: vec![], copied_from: None }
}

fn exercise(due: DueRef) -> NewHomework {
    let (homework, kind) = (HomeworkId(Uuid::from_u128(42)), HomeworkKind::Exercise);
    let (text, minutes, audience) = ("Ex. 12".into(), Some(20), None);
    NewHomework { homework, text, due, kind, minutes, written: true, resources: vec![], audience }
}

fn resource(link: Option<&str>, file: Option<FileAddress>) -> NewResource {
    NewResource { title: "Fiche".into(), link: link.map(str::to_owned), purpose: Purpose::Further, file }
}

fn written() -> Vec<Event> {
    given(&[]).when(publish(on(MONDAY, 1))).unwrap()
}

fn revised(entry: EntryId, content: Option<&str>, homework: Vec<NewHomework>) -> Command {
    let (content, framing) = (content.map(str::to_owned), NewFraming::default());
    Command::ReviseEntry { entry, content, framing, resources: vec![], homework }
}

fn entry_of(events: &[Event]) -> EntryId {
    let found = events.iter().find_map(|event| match event {
        Event::EntryPublished { entry, .. } => Some(*entry),
        _ => None,
    });
    found.unwrap()
}

#[test]
fn the_first_writing_opens_the_textbook() {
    let events = written();
    assert!(matches!(events[0], Event::TextbookOpened { .. }));
    assert!(matches!(events[1], Event::EntryPublished { .. }));
    let more = given(&events).when(publish(on(THURSDAY, 4))).unwrap();
    assert_eq!(more.len(), 1);
}

#[test]
fn an_entry_happened_when_its_lesson_was_over() {
    let events = written();
    let ended = facts().zone.to_timestamp(datetime(2026, 11, 16, 8, 55, 0, 0)).unwrap();
    assert_eq!(events[1].occurred_at(), Some(ended));
}

#[test]
fn only_a_teacher_of_the_service_writes() {
    for capacity in [Capacity::Head, Capacity::Inspector, Capacity::Pupil, Capacity::Guardian, Capacity::Stranger] {
        assert_eq!(given(&[]).by(capacity).when(publish(on(MONDAY, 1))).unwrap_err(), Rejection::NotYourTextbook);
    }
    for capacity in [Capacity::Teacher, Capacity::CoTeacher, Capacity::Substitute] {
        assert!(given(&[]).by(capacity).when(publish(on(MONDAY, 1))).is_ok());
    }
}

#[test]
fn a_lesson_is_written_once_and_then_revised() {
    let events = written();
    assert_eq!(given(&events).when(publish(on(MONDAY, 1))).unwrap_err(), Rejection::LessonWritten);
    let revise = revised(entry_of(&events), Some("Équations (2)"), vec![]);
    assert!(matches!(given(&events).when(revise).unwrap()[..], [Event::EntryRevised { .. }]));
}

#[test]
fn a_withdrawn_entry_says_why_and_may_be_published_again() {
    let mut events = written();
    let entry = entry_of(&events);
    let withdraw = |reason: &str| Command::WithdrawEntry { entry, reason: reason.into(), with_homework: false };
    assert_eq!(given(&events).when(withdraw(" ")).unwrap_err(), Rejection::ReasonEmpty);
    events.extend(given(&events).when(withdraw("Erreur de classe")).unwrap());
    assert_eq!(given(&events).when(withdraw("encore")).unwrap_err(), Rejection::EntryWithdrawn);
    assert!(given(&events).when(publish(on(MONDAY, 1))).is_ok());
}

#[test]
fn pa_01_what_is_published_in_the_evening_is_visible_in_the_morning() {
    let events = given(&[]).at(datetime(2026, 11, 16, 20, 30, 0, 0)).when(publish(on(MONDAY, 1))).unwrap();
    let Event::EntryPublished { visible_from, .. } = &events[1] else { panic!() };
    assert_eq!(facts().zone.to_datetime(*visible_from), datetime(2026, 11, 17, 7, 0, 0, 0));
}

#[test]
fn ct_02_an_entry_names_a_lesson_of_the_timetable() {
    assert_eq!(given(&[]).when(publish(on(MONDAY, 4))).unwrap_err(), Rejection::NoLessonThatDay);
    assert_eq!(given(&[]).when(publish(on(date(2026, 11, 11), 3))).unwrap_err(), Rejection::NoLessonThatDay);
    assert_eq!(given(&[]).when(publish(on(MONDAY, 2))).unwrap_err(), Rejection::SlotUnknown);
    let exceptional = LessonRef::Exceptional { date: MONDAY, starts_at: time(17, 0, 0, 0), minutes: 60 };
    assert!(given(&[]).when(publish(exceptional)).is_ok());
    let summer = LessonRef::Exceptional { date: date(2027, 7, 14), starts_at: time(17, 0, 0, 0), minutes: 60 };
    assert_eq!(given(&[]).when(publish(summer)).unwrap_err(), Rejection::OutsideSchoolYear);
}

#[test]
fn a_slot_that_ended_keeps_its_past_lessons() {
    let mut given = given(&[]);
    given.context.facts.slots[0].1 = Some(date(2026, 11, 17));
    assert!(Textbook::decide(&given.state, publish(on(MONDAY, 1)), &given.context).is_ok());
    let next = publish(on(date(2026, 11, 23), 1));
    assert_eq!(Textbook::decide(&given.state, next, &given.context).unwrap_err(), Rejection::NoLessonThatDay);
}

#[test]
fn a_moved_lesson_keeps_its_name_and_ends_where_it_is_held() {
    use crate::calendar::{LessonOn, Placement};
    let moved = |past: &[Event], to: Date| {
        let mut given = given(past);
        let lesson = LessonOn { date: THURSDAY, slot: slot(4).slot };
        given.context.facts.moved.insert(lesson, Placement { date: to, starts_at: time(14, 0, 0, 0), room: None });
        given
    };
    let (friday, wednesday) = (date(2026, 11, 20), date(2026, 11, 18));
    let events = moved(&[], friday).when(publish(on(THURSDAY, 4))).unwrap();
    let Some(Event::EntryPublished { entry, lesson, .. }) = events.get(1) else { panic!() };
    assert_eq!((lesson.date, *entry), (THURSDAY, on(THURSDAY, 4).entry(facts().textbook)));
    assert_eq!(facts().zone.to_datetime(lesson.ended_at), datetime(2026, 11, 20, 14, 55, 0, 0));
    // Work is due where its lesson is held, and not before the lesson it is given in is.
    let give = |given_in, due| Command::GiveHomework { given_in, homework: exercise(due) };
    let for_thursday = DueRef::Lesson { slot: slot(4).slot, date: THURSDAY };
    let events = moved(&[], friday).when(give(on(MONDAY, 1), for_thursday)).unwrap();
    let Some(Event::HomeworkGiven { task, .. }) = events.last() else { panic!() };
    assert_eq!((task.due.on, task.due.at), (friday, Some(time(14, 0, 0, 0))));
    let that_day = DueRef::Date { date: THURSDAY };
    let given_in_it = moved(&[], friday).when(give(on(THURSDAY, 4), that_day));
    assert_eq!(given_in_it.unwrap_err(), Rejection::DueBeforeGiven);
    let earlier = moved(&[], wednesday).when(give(on(THURSDAY, 4), DueRef::Date { date: wednesday })).unwrap();
    let revise = Command::ReviseHomework { homework: exercise(DueRef::Date { date: wednesday }) };
    assert!(moved(&earlier, wednesday).when(revise.clone()).is_ok());
    assert_eq!(given(&earlier).when(revise).unwrap_err(), Rejection::DueBeforeGiven, "it moved back");
}

#[test]
fn a_lesson_moved_from_a_day_that_closes_is_written_and_one_moved_to_it_is_not() {
    use crate::calendar::{LessonOn, Placement};
    let armistice = date(2026, 11, 11);
    let moved = |from: Date, weekday, to: Date| {
        let mut given = given(&[]);
        let lesson = LessonOn { date: from, slot: slot(weekday).slot };
        given.context.facts.moved.insert(lesson, Placement { date: to, starts_at: time(14, 0, 0, 0), room: None });
        given
    };
    assert_eq!(given(&[]).when(publish(on(armistice, 3))).unwrap_err(), Rejection::NoLessonThatDay);
    let friday = date(2026, 11, 13);
    let events = moved(armistice, 3, friday).when(publish(on(armistice, 3))).unwrap();
    let Some(Event::EntryPublished { lesson, .. }) = events.get(1) else { panic!() };
    assert_eq!(facts().zone.to_datetime(lesson.ended_at), datetime(2026, 11, 13, 14, 55, 0, 0));
    let closed = moved(date(2026, 11, 12), 4, armistice).when(publish(on(date(2026, 11, 12), 4)));
    assert_eq!(closed.unwrap_err(), Rejection::NoLessonThatDay);
}

#[test]
fn a_link_leads_to_the_web_and_nowhere_else() {
    let with = |link: &str| Command::PublishEntry {
        lesson: on(MONDAY, 1),
        content: "x".into(),
        framing: NewFraming::default(),
        copied_from: None,
        resources: vec![resource(Some(link), None)],
        homework: vec![],
    };
    assert_eq!(given(&[]).when(with("javascript:alert(1)")).unwrap_err(), Rejection::ResourceMalformed);
    assert!(given(&[]).when(with("https://exemple.fr/fiche")).is_ok());
}

#[test]
fn a_rejection_has_a_stable_code() {
    use crate::decider::Rejection as _;
    assert_eq!(Rejection::NoLessonThatDay.code(), "no-lesson-that-day");
    assert_eq!(Rejection::WrittenHomeworkInPrimary("").code(), "written-homework-in-primary");
    assert_eq!(
        Event::TextbookOpened {
            textbook: facts().textbook,
            school: facts().school,
            year: SchoolYear(2026),
            group: facts().group,
            subject: String::new()
        }
        .name(),
        "TextbookOpened"
    );
}

#[test]
fn a_lesson_and_its_work_are_revised_as_one_fact() {
    let mut events = written();
    let entry = entry_of(&events);
    let due = DueRef::Date { date: THURSDAY };
    events.extend(given(&events).when(revised(entry, None, vec![exercise(due)])).unwrap());
    assert!(matches!(events.last(), Some(Event::HomeworkGiven { given_in, .. }) if given_in.date == MONDAY));
    let both = given(&events).when(revised(entry, Some("Équations (2)"), vec![exercise(due)])).unwrap();
    assert!(matches!(both[..], [Event::EntryRevised { .. }, Event::HomeworkRevised { .. }]));
    assert!(given(&events).when(revised(entry, None, vec![])).unwrap().is_empty());
}

#[test]
fn a_withdrawn_lesson_takes_its_work_along_if_asked() {
    let mut events = written();
    let entry = entry_of(&events);
    events.extend(given(&events).when(revised(entry, None, vec![exercise(DueRef::Date { date: THURSDAY })])).unwrap());
    let withdraw = |with_homework| Command::WithdrawEntry { entry, reason: "Erreur de classe".into(), with_homework };
    assert_eq!(given(&events).when(withdraw(false)).unwrap().len(), 1);
    let both = given(&events).when(withdraw(true)).unwrap();
    assert!(matches!(both[..], [Event::EntryWithdrawn { .. }, Event::HomeworkWithdrawn { .. }]));
}

#[test]
fn what_is_taken_over_says_from_where() {
    let other = TextbookId(Uuid::from_u128(8));
    let source = Source { textbook: other, entry: EntryId(Uuid::from_u128(9)), version: 4 };
    let copy = || match publish(on(MONDAY, 1)) {
        Command::PublishEntry { lesson, content, framing, resources, homework, .. } => {
            Command::PublishEntry { lesson, content, framing, resources, homework, copied_from: Some(source) }
        }
        other => other,
    };
    // An entry that is not known, or that its author may not read, is nobody's source.
    assert_eq!(given(&[]).when(copy()).unwrap_err(), Rejection::SourceUnknown);
    let mut known = given(&[]);
    known.context.facts.source = Some(source);
    let events = known.when(copy()).unwrap();
    assert!(matches!(events[1], Event::EntryPublished { copied_from: Some(from), .. } if from == source));
}

#[test]
fn an_entry_may_say_where_it_stands_in_the_plan_of_the_year() {
    let framed = |sequence: &str| match publish(on(MONDAY, 1)) {
        Command::PublishEntry { lesson, content, resources, homework, copied_from, .. } => {
            let framing = NewFraming { sequence: Some(sequence.into()), programme: Some("  ".into()) };
            Command::PublishEntry { lesson, content, framing, resources, homework, copied_from }
        }
        other => other,
    };
    let events = given(&[]).when(framed("3. Équations")).unwrap();
    let Event::EntryPublished { framing, .. } = &events[1] else { panic!("no entry") };
    assert!(framing.sequence.is_some() && framing.programme.is_none());
    assert_eq!(given(&[]).when(framed(&"é".repeat(301))).unwrap_err(), Rejection::FramingTooLong);
}
