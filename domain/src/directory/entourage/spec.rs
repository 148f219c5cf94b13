use super::*;
use crate::actor::Actor;
use crate::directory::person::Standing;
use jiff::Timestamp;
use jiff::civil::date;
use uuid::Uuid;

const TODAY: Date = date(2026, 11, 17);
const BEFORE: Date = date(2026, 11, 2);

fn someone(number: u128) -> PersonId {
    PersonId(Uuid::from_u128(number))
}

fn pupil() -> PersonId {
    someone(1)
}

fn mother() -> PersonId {
    someone(2)
}

fn father() -> PersonId {
    someone(3)
}

fn grandmother() -> PersonId {
    someone(4)
}

fn aesh() -> PersonId {
    someone(5)
}

fn facts() -> Facts {
    let link = |relative, standing, relation: &str| Guardian { relative, standing, relation: relation.into() };
    Facts {
        pupil: pupil(),
        today: TODAY,
        relatives: vec![
            link(mother(), Standing::Legal1, "mother"),
            link(father(), Standing::Other, "father"),
            link(grandmother(), Standing::Contact, "ascendant"),
        ],
        companions: [aesh()].into(),
        born_on: Some(date(2008, 11, 17)),
    }
}

/// The rights of one pupil, as commands change them.
#[derive(Default)]
struct Told {
    state: State,
}

impl Told {
    fn by(&mut self, actor: PersonId, capacity: Capacity, facts: Facts, command: Command) -> Result<usize, Rejection> {
        let now = Timestamp::UNIX_EPOCH;
        let context = Context { actor: Actor::Person(actor), capacity, now, facts, facts_position: 0 };
        let events = Entourage::decide(&self.state, command, &context)?;
        events.iter().for_each(|event| Entourage::evolve(&mut self.state, event));
        Ok(events.len())
    }

    fn by_the_head(&mut self, command: Command) -> Result<usize, Rejection> {
        self.by(someone(9), Capacity::Head, facts(), command)
    }

    fn by_the_pupil(&mut self, command: Command) -> Result<usize, Rejection> {
        self.by(pupil(), Capacity::Pupil, facts(), command)
    }
}

#[test]
fn code_civil_373_2_1_a_parent_without_authority_watches_until_a_court_decides_otherwise() {
    let mut told = Told::default();
    let record = || Command::RecordSupervision { relative: father(), from: BEFORE };
    assert_eq!(told.by_the_head(record()), Ok(1));
    assert_eq!(told.by_the_head(record()), Ok(0), "it was recorded");
    assert_eq!(told.state.supervised_since(father(), date(2026, 11, 1)), None);
    assert_eq!(told.state.supervised_since(father(), BEFORE), Some(BEFORE));
    assert_eq!(told.by_the_head(Command::EnterCourtDecision { relative: father(), from: TODAY }), Ok(1));
    assert_eq!(told.state.supervised_since(father(), date(2026, 11, 16)), Some(BEFORE));
    assert_eq!(told.state.supervised_since(father(), TODAY), None, "from its day on");
    assert_eq!(told.by_the_head(record()), Err(Rejection::CourtDecisionStands));
    let lift = Command::LiftCourtDecision { relative: father(), on: date(2026, 12, 1) };
    assert_eq!(told.by_the_head(lift), Ok(1));
    assert_eq!(told.state.supervised_since(father(), date(2026, 11, 30)), None);
    assert_eq!(told.state.supervised_since(father(), date(2026, 12, 1)), Some(BEFORE));
}

#[test]
fn a_right_recorded_by_mistake_ends() {
    let mut told = Told::default();
    told.by_the_head(Command::RecordSupervision { relative: father(), from: BEFORE }).unwrap();
    assert_eq!(told.by_the_head(Command::EndSupervision { relative: father(), on: TODAY }), Ok(1));
    assert_eq!(told.by_the_head(Command::EndSupervision { relative: father(), on: TODAY }), Ok(0));
    assert_eq!(told.state.supervised_since(father(), TODAY), None);
    assert_eq!(told.by_the_head(Command::RecordSupervision { relative: father(), from: TODAY }), Ok(1));
    assert_eq!(told.state.supervised_since(father(), TODAY), Some(TODAY));
}

#[test]
fn the_right_of_supervision_is_that_of_a_parent_of_the_pupil_without_authority() {
    let mut told = Told::default();
    let mut record = |relative| told.by_the_head(Command::RecordSupervision { relative, from: TODAY });
    assert_eq!(record(mother()), Err(Rejection::HoldsAuthority));
    assert_eq!(record(grandmother()), Err(Rejection::NotAParent));
    assert_eq!(record(someone(8)), Err(Rejection::RelativeUnknown));
    let decision = Command::EnterCourtDecision { relative: mother(), from: TODAY };
    assert_eq!(told.by_the_head(decision), Err(Rejection::HoldsAuthority), "authority ends by the record, not here");
}

#[test]
fn only_those_who_lead_the_school_record_rights() {
    let mut told = Told::default();
    let commands = [
        Command::RecordSupervision { relative: father(), from: TODAY },
        Command::EnterCourtDecision { relative: father(), from: TODAY },
        Command::NameCompanion { companion: aesh(), from: TODAY },
    ];
    for capacity in [Capacity::Teacher, Capacity::Guardian, Capacity::Pupil, Capacity::Machine, Capacity::Stranger] {
        for command in commands.clone() {
            assert_eq!(told.by(father(), capacity, facts(), command), Err(Rejection::NotTheHead));
        }
    }
}

#[test]
fn at_eighteen_nothing_ends_and_the_pupil_may_object_and_take_it_back() {
    let mut told = Told::default();
    assert_eq!(told.state.objecting_since(TODAY), None, "of age since today, and nothing was said");
    assert_eq!(told.by_the_pupil(Command::Object), Ok(1));
    assert_eq!(told.by_the_pupil(Command::Object), Ok(0));
    assert_eq!(told.state.objecting_since(TODAY), Some(TODAY));
    assert_eq!(told.by_the_pupil(Command::WithdrawObjection), Ok(1));
    assert_eq!(told.by_the_pupil(Command::WithdrawObjection), Ok(0));
    assert_eq!(told.state.objecting_since(TODAY), None);
}

#[test]
fn code_civil_414_a_minor_does_not_object_and_nobody_objects_for_the_pupil() {
    let mut told = Told::default();
    let born = |born_on| Facts { born_on, ..facts() };
    let mut object = |facts| told.by(pupil(), Capacity::Pupil, facts, Command::Object);
    assert_eq!(object(born(Some(date(2008, 11, 18)))), Err(Rejection::StillMinor), "eighteen tomorrow");
    assert_eq!(object(born(None)), Err(Rejection::BirthDateUnknown));
    for (who, capacity) in [(mother(), Capacity::Guardian), (someone(9), Capacity::Head), (pupil(), Capacity::Stranger)]
    {
        assert_eq!(told.by(who, capacity, facts(), Command::Object), Err(Rejection::NotThePupil));
    }
    assert_eq!(of_age_from(date(2008, 2, 29), TODAY), Some(date(2026, 3, 1)), "eighteen whole years");
    assert_eq!(of_age_from(date(2008, 11, 17), TODAY), Some(TODAY));
    assert_eq!(of_age_from(date(1950, 1, 1), date(1970, 1, 1)), None, "another law was in force");
}

#[test]
fn an_aesh_accompanies_the_pupils_named_between_two_days() {
    let mut told = Told::default();
    let name = |companion| Command::NameCompanion { companion, from: BEFORE };
    assert_eq!(told.by_the_head(name(father())), Err(Rejection::NotACompanion));
    assert_eq!(told.by_the_head(name(aesh())), Ok(1));
    assert_eq!(told.by_the_head(name(aesh())), Ok(0));
    assert_eq!(told.state.accompanied_since(aesh(), TODAY), Some(BEFORE));
    assert_eq!(told.state.companions(TODAY), [(aesh(), BEFORE)]);
    assert_eq!(told.by_the_head(Command::ReleaseCompanion { companion: aesh(), on: TODAY }), Ok(1));
    assert_eq!(told.state.accompanied_since(aesh(), TODAY), None);
    assert_eq!(told.state.accompanied_since(aesh(), date(2026, 11, 16)), Some(BEFORE));
}

#[test]
fn an_end_to_come_is_brought_forward() {
    let (later, summer) = (date(2026, 12, 1), date(2027, 6, 30));
    let mut told = Told::default();
    let release = |on| Command::ReleaseCompanion { companion: aesh(), on };
    told.by_the_head(Command::NameCompanion { companion: aesh(), from: BEFORE }).unwrap();
    assert_eq!(told.by_the_head(release(summer)), Ok(1));
    assert_eq!(told.state.accompanied_since(aesh(), TODAY), Some(BEFORE), "until the summer");
    assert_eq!(told.by_the_head(release(TODAY)), Ok(1), "a year too far, mended");
    assert_eq!(told.state.accompanied_since(aesh(), TODAY), None);
    assert_eq!(told.state.companions(TODAY), []);
    assert_eq!(told.by_the_head(release(TODAY)), Ok(0));
    assert_eq!(told.by_the_head(release(summer)), Ok(0), "it has ended");

    told.by_the_head(Command::RecordSupervision { relative: father(), from: BEFORE }).unwrap();
    let end = |on| Command::EndSupervision { relative: father(), on };
    assert_eq!(told.by_the_head(end(summer)), Ok(1));
    assert_eq!(told.by_the_head(end(later)), Ok(1));
    assert_eq!(told.state.supervised_since(father(), date(2026, 11, 30)), Some(BEFORE));
    assert_eq!(told.state.supervised_since(father(), later), None);

    told.by_the_head(Command::EnterCourtDecision { relative: father(), from: BEFORE }).unwrap();
    let lift = |on| Command::LiftCourtDecision { relative: father(), on };
    assert_eq!(told.by_the_head(lift(summer)), Ok(1));
    assert_eq!(told.by_the_head(lift(later)), Ok(1));
    assert_eq!(told.state.barred_since(father(), date(2026, 11, 30)), Some(BEFORE));
    assert_eq!(told.state.barred_since(father(), later), None);
}

#[test]
fn who_is_named_again_before_the_end_goes_on_and_is_told_once() {
    let mut told = Told::default();
    let name = |from| Command::NameCompanion { companion: aesh(), from };
    let release = |on| Command::ReleaseCompanion { companion: aesh(), on };
    told.by_the_head(name(BEFORE)).unwrap();
    told.by_the_head(release(date(2027, 6, 30))).unwrap();
    assert_eq!(told.by_the_head(name(TODAY)), Ok(1), "with no end");
    assert_eq!(told.state.companions(TODAY), [(aesh(), BEFORE)]);
    assert_eq!(told.state.accompanied_since(aesh(), date(2027, 9, 1)), Some(BEFORE));
    // Released before it begins, it never holds, and there is nothing left to end.
    let mut told = Told::default();
    told.by_the_head(name(date(2026, 12, 1))).unwrap();
    assert_eq!(told.by_the_head(release(TODAY)), Ok(1));
    assert_eq!(told.by_the_head(release(BEFORE)), Ok(0));
    assert_eq!(told.state.companions(BEFORE), []);
}

#[test]
fn a_typing_error_in_a_year_gives_no_right() {
    let mut told = Told::default();
    for from in [date(206, 11, 17), date(2062, 11, 17)] {
        let record = Command::RecordSupervision { relative: father(), from };
        assert_eq!(told.by_the_head(record), Err(Rejection::DayMalformed));
    }
}
