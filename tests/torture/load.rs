//! What the processes ask for: a few hot streams that all of them write, and everything that an append can be refused for.

use domain::directory::person::{Command, Contacts, Guardian, Names, Role, Standing};
use domain::ids::{PersonId, SchoolId};
use uuid::Uuid;

use super::dice::Dice;
use super::notes::Ask;

/// The eras of the hot streams, and of new ones.
const ERAS: [i16; 4] = [0, 2024, 2025, 2026];
/// The constraint on eras knows no year like this one.
const UNSTORABLE_ERA: i16 = -7;
const HOT: u128 = 6;

fn hot(number: u128) -> (PersonId, String) {
    let person = PersonId(Uuid::from_u128(0xA11_0000 + number));
    (person, key(person, ERAS[number as usize % ERAS.len()]))
}

fn key(person: PersonId, era: i16) -> String {
    if era == 0 { person.to_string() } else { format!("{person}@{era}") }
}

/// What a process knows of the versions of streams.
pub trait Versions {
    fn version(&self, stream: &str) -> i64;
}

/// Draws one command.
pub fn draw(dice: &mut Dice, versions: &impl Versions) -> Ask {
    let id = Uuid::from_u128((u128::from(dice.roll()) << 64) | u128::from(dice.roll()));
    let (person, stream) = hot(u128::from(dice.below(HOT as u64)));
    let actors = ["import".to_owned(), "operator".to_owned(), Uuid::from_u128(0xAC70).to_string()];
    let actor = dice.pick(&actors).clone();
    let mut ask = Ask {
        id,
        actor,
        key: format!("k-{id}"),
        stream,
        expected: None,
        guards: vec![],
        body: Command::CorrectNames { names: names(id) },
    };
    match dice.below(100) {
        0..40 => {}
        40..54 => ask.body = Command::Several { commands: several(dice, id) },
        54..68 => ask.body = toggle(dice),
        68..80 => ask = newcomer(dice, ask),
        80..84 => ask.body = Command::Register { person, names: names(id), origin: None },
        84..90 => refused(dice, &mut ask),
        90..94 => {
            ask.stream = key(PersonId(id), UNSTORABLE_ERA);
            ask.body = Command::Register { person: PersonId(id), names: names(id), origin: None };
        }
        // A small set of keys that several actors and processes use for different commands.
        _ => ask.key = format!("shared-{}", dice.below(400)),
    }
    condition(dice, &mut ask, versions);
    ask
}

/// The same key and actor, another command.
pub fn impostor(dice: &mut Dice, of: &Ask) -> Ask {
    let id = Uuid::from_u128((u128::from(dice.roll()) << 64) | u128::from(dice.roll()));
    Ask { id, body: Command::CorrectNames { names: names(id) }, ..of.clone() }
}

/// `If-Match` and guards: that hold as far as this process knows, or that cannot.
fn condition(dice: &mut Dice, ask: &mut Ask, versions: &impl Versions) {
    let known = versions.version(&ask.stream);
    match dice.below(100) {
        0..8 => ask.expected = Some(known),
        8..14 => ask.expected = Some((known - 1 - dice.below(3) as i64).max(0)),
        _ => {}
    }
    let (_, other) = hot(u128::from(dice.below(HOT as u64)));
    let seen = versions.version(&other);
    match dice.below(100) {
        0..6 => ask.guards.push((other, seen)),
        6..10 if seen > 0 => ask.guards.push((other, seen - 1)),
        10..14 => {
            // Nobody ever writes there.
            ask.guards.push((key(PersonId(Uuid::from_u128(0xDEAD)), 2025), 0));
            ask.guards.push((other, seen));
        }
        _ => {}
    }
}

fn names(id: Uuid) -> Names {
    Names { family: format!("Témoin {id}"), given: "Inès".into(), title: None }
}

fn contacts(id: Uuid) -> Contacts {
    Contacts { address: vec![format!("{id}, rue du Port")], ..Contacts::default() }
}

fn several(dice: &mut Dice, id: Uuid) -> Vec<Command> {
    let mut commands =
        vec![Command::CorrectNames { names: names(id) }, Command::SetContacts { contacts: contacts(id) }];
    for _ in 0..dice.below(3) {
        commands.push(toggle(dice));
    }
    commands
}

/// Commands that change something or nothing, depending on what was written before them.
fn toggle(dice: &mut Dice) -> Command {
    let on = jiff::civil::date(2026, 11, 17);
    let school = SchoolId(Uuid::from_u128(u128::from(dice.below(2))));
    let role = *dice.pick(&[Role::Pupil, Role::Teacher]);
    match dice.below(5) {
        0 => Command::TakeRole { school, role, from: on, until: None },
        1 => Command::EndRole { school, role, on },
        2 => Command::Deactivate { on },
        3 => Command::Reactivate { on },
        _ => {
            let relative = PersonId(Uuid::from_u128(0xBEEF + u128::from(dice.below(2))));
            // A text that PostgreSQL cannot hold as such: it is stored escaped.
            let relation = (*dice.pick(&["mother", "a\u{0}b"])).to_owned();
            Command::SetGuardians {
                guardians: vec![Guardian { relative, standing: Standing::Legal1, relation }],
                from: on,
            }
        }
    }
}

fn newcomer(dice: &mut Dice, ask: Ask) -> Ask {
    let person = PersonId(ask.id);
    let register = Command::Register { person, names: names(ask.id), origin: None };
    let body = if dice.percent(30) {
        Command::Several { commands: vec![register, Command::SetContacts { contacts: contacts(ask.id) }] }
    } else {
        register
    };
    Ask { stream: key(person, *dice.pick(&ERAS)), body, ..ask }
}

fn refused(dice: &mut Dice, ask: &mut Ask) {
    if dice.percent(50) {
        let blank = Names { family: " ".into(), given: String::new(), title: None };
        ask.body = Command::Several {
            commands: vec![Command::CorrectNames { names: names(ask.id) }, Command::CorrectNames { names: blank }],
        };
    } else {
        ask.stream = key(PersonId(ask.id), 2026);
    }
}

/// The commands that bring the hot streams into being.
pub fn openings() -> Vec<Ask> {
    let open = |number| {
        let ((person, stream), id) = (hot(number), Uuid::from_u128(0x0BE0 + number));
        let body = Command::Register { person, names: names(id), origin: None };
        Ask { id, actor: "import".into(), key: format!("open-{number}"), stream, expected: None, guards: vec![], body }
    };
    (0..HOT).map(open).collect()
}
