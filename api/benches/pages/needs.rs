//! The generated school, where every pupil is in as many groups: those that the generator draws (class, language, Latin, half of a class),
//! then *groupes de besoins* of their class, each taught an hour a week by a teacher of the class.

use infra::generator::{Division, Group, GroupKind, School, Service, Slot, Weeks};
use jiff::civil::time;

/// Each pupil in that many groups, the class included.
pub fn with_groups(mut school: School, groups_each: usize) -> School {
    for division in 0..school.divisions.len() {
        let pupils: Vec<usize> =
            (0..school.pupils.len()).filter(|at| school.pupils[*at].division == division).collect();
        let missing =
            |school: &School, pupil: usize| (groups_each - 1).saturating_sub(school.pupils[pupil].groups.len());
        let pairs = pupils.iter().map(|pupil| missing(&school, *pupil)).max().unwrap_or_default();
        let first = school.groups.len();
        for pair in 0..pairs {
            open_pair(&mut school, division, pair);
        }
        for (rank, pupil) in pupils.into_iter().enumerate() {
            let joined = (0..missing(&school, pupil)).map(|pair| first + 2 * pair + rank % 2);
            school.pupils[pupil].groups.extend(joined.collect::<Vec<_>>());
        }
    }
    school
}

/// Two groups of a class, at the same hour.
fn open_pair(school: &mut School, division: usize, pair: usize) {
    let Division { code, label, level, .. } = school.divisions[division].clone();
    let of_class: Vec<Service> =
        school.services.iter().filter(|service| service.of_division && service.group == code).cloned().collect();
    let taught = &of_class[pair % of_class.len()];
    let (day, hour) = (1 + (pair % 5) as i8, 17 + (pair / 5) as i8);
    let room = taught.slots.first().map(|slot| slot.room.clone()).unwrap_or_default();
    let slot = Slot { day, starts_at: time(hour, 0, 0, 0), minutes: 55, weeks: Weeks::Every, room };
    for half in ["A", "B"] {
        let group = format!("{code}_B{}{half}", pair + 1);
        school.groups.push(Group {
            code: group.clone(),
            label: format!("{label} BESOINS {} {half}", pair + 1),
            level,
            kind: GroupKind::Half(0),
            divisions: vec![division],
        });
        school.services.push(Service {
            group,
            of_division: false,
            co_taught: false,
            half_hours: 2,
            teachers: taught.teachers.iter().take(1).copied().collect(),
            slots: vec![slot.clone()],
            ..taught.clone()
        });
    }
}
