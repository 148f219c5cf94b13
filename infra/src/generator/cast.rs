//! The people the demonstration and the browser tests know by name. Their numbers do not depend on the seed.

mod households;

pub(super) use households::{Adult, Household, households};

use super::chance::Chance;
use super::manner::Manner;
use super::programme::{BIOLOGY, ENGLISH, HISTORY, MATHS, PHYSICS};
use super::school::{Degree, Jointure, Pupil, Relative, School, Sex, Staff, StsId};
use super::timetable::{Event, place};
use super::wing::Unit;

/// Somebody the files know.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Member {
    pub jointure: Jointure,
    /// Staff only.
    pub sts_id: Option<StsId>,
    pub title: &'static str,
    pub given: String,
    pub surname: String,
}

/// A pupil and one of their relatives.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kin {
    pub child: Member,
    pub relative: Member,
}

/// Somebody who is in no file of the school.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outsider {
    pub title: &'static str,
    pub given: &'static str,
    pub surname: &'static str,
    pub function: &'static str,
}

/// Who plays which part.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cast {
    /// Mme Vidal, mathématiques, form tutor of [`Cast::CLASS`].
    pub teacher: Member,
    /// Inès Fofana, in [`Cast::CLASS`].
    pub pupil: Member,
    /// Mariam Fofana, her sister, in 6A.
    pub sister: Member,
    pub mother: Member,
    /// Separated from the mother, another address, also a holder of parental authority.
    pub father: Member,
    pub principal: Member,
    pub deputy: Member,
    pub counsellor: Member,
    /// Teacher of history on long leave, and who holds the services.
    pub absent: Member,
    pub substitute: Member,
    /// Teacher of biology away for a fortnight, and who replaces them.
    pub briefly_absent: Member,
    pub replacement: Member,
    /// A teacher of physics who is also the father of a pupil: two records, two jointures.
    pub parent_as_teacher: Member,
    pub teacher_as_parent: Member,
    /// The AESH, and the two pupils she accompanies.
    pub companion: Member,
    pub accompanied: Vec<Member>,
    /// A father without parental authority, who keeps the right to watch over the schooling.
    pub supervised: Kin,
    /// Another one, to whom a court denies it.
    pub barred: Kin,
    /// A pupil of eighteen, who came to France late.
    pub of_age: Member,
    /// A family with a child in the collège and one in the primary school: the mother is in the files of both.
    pub elder: Member,
    pub younger: Member,
    pub mother_of_both: Member,
    /// A teacher of English of the collège, who may serve the primary school too.
    pub shared_teacher: Member,
    /// In the primary school: who directs it, and the teacher of the class of several levels.
    pub director: Member,
    pub schoolmaster: Member,
    /// A professeur documentaliste of the collège.
    pub librarian: Member,
    pub inspector: Outsider,
    /// Who sets up both schools.
    pub referent: Outsider,
}

impl Cast {
    /// The class of the pupil and the teacher.
    pub const CLASS: &'static str = "4B";
    /// The class of the sister.
    pub const SISTER_CLASS: &'static str = "6A";
}

/// A part of the staff: `number` makes its jointure (6 000 000 + number) and its STS id (700 000 + number).
pub(super) struct Part {
    pub(super) number: usize,
    pub(super) sex: Sex,
    pub(super) given: &'static str,
    pub(super) surname: &'static str,
    /// The subject taught and the rank among its teachers.
    pub(super) post: Option<(&'static str, usize)>,
    /// The subject whose first teacher they replace, and whether for long.
    pub(super) replaces: Option<(&'static str, bool)>,
    pub(super) manner: Option<Manner>,
}

const fn part(number: usize, sex: Sex, given: &'static str, surname: &'static str) -> Part {
    Part { number, sex, given, surname, post: None, replaces: None, manner: Some(Manner::Prompt) }
}

pub(super) const STAFF: &[Part] = &[
    part(1, Sex::Female, "Hélène", "Roux"),
    part(2, Sex::Male, "Karim", "Benali"),
    part(3, Sex::Female, "Nadège", "Kermarec"),
    part(4, Sex::Female, "Agnès", "Delorme"),
    Part { post: Some((MATHS, 0)), ..part(10, Sex::Female, "Claire", "Vidal") },
    Part { post: Some((HISTORY, 0)), ..part(11, Sex::Male, "Étienne", "Marchal") },
    Part { replaces: Some((HISTORY, true)), ..part(12, Sex::Female, "Lucie", "Andrieu") },
    Part { post: Some((BIOLOGY, 0)), ..part(13, Sex::Male, "Rémi", "Castagnet") },
    Part { replaces: Some((BIOLOGY, false)), ..part(14, Sex::Female, "Soline", "Arnaudet") },
    Part { post: Some((PHYSICS, 0)), manner: Some(Manner::Evening), ..part(15, Sex::Male, "Samir", "Haddad") },
    part(16, Sex::Female, "Odile", "Ferrandi"),
    Part { post: Some((ENGLISH, 0)), ..part(17, Sex::Female, "Fiona", "Byrne") },
    part(20, Sex::Female, "Maryse", "Lagarde"),
    part(21, Sex::Male, "Thibault", "Quéré"),
];

/// The part of that number.
pub(super) fn part_of(number: usize) -> Option<&'static Part> {
    STAFF.iter().find(|part| part.number == number)
}

/// Jointures of the family, and of the teacher as a parent.
pub(super) const PUPIL: usize = 2_000_001;
pub(super) const SISTER: usize = 2_000_002;
pub(super) const MOTHER: usize = 4_000_001;
pub(super) const FATHER: usize = 4_000_002;
pub(super) const TEACHER_AS_PARENT: usize = 4_000_003;

/// 0 where the teacher of the cast must be form tutor, 2 where she must not, 1 for everybody else.
pub(super) fn claims(jointure: &str, code: &str) -> u8 {
    match (jointure == "6000010", code == Cast::CLASS) {
        (true, true) => 0,
        (true, false) => 2,
        _ => 1,
    }
}

/// The units of Mme Vidal among those of her subject: her five classes, or five others where the school is too small to have them.
pub(super) fn units_of_the_teacher(school: &School, pool: &[&Unit], teachers: &[usize]) -> Vec<usize> {
    let is_hers = teachers.first().is_some_and(|&teacher| school.staff[teacher].jointure == "6000010");
    if !is_hers {
        return Vec::new();
    }
    let group = |unit: &Unit| unit.services.first().map_or("", |&service| school.services[service].group.as_str());
    let rank = |unit: &Unit| [Cast::CLASS, "4D", "5A", "3C", "6D"].iter().position(|code| *code == group(unit));
    let mut order: Vec<usize> = (0..pool.len()).collect();
    order.sort_by_key(|&index| rank(pool[index]).unwrap_or(9));
    order.truncate(5);
    order
}

/// Her hours with the 4e B are where the story needs them: Monday 9:00, Tuesday 10:05, Thursday 8:00, and Friday 11:05 of weeks B.
pub(super) fn pin_hours(school: &School, events: &mut [Event]) {
    let mut pins = [place(0, 1), place(1, 2), place(3, 0), place(4, 3)].into_iter();
    for event in events {
        let service = &school.services[event.strands[0].0];
        if service.group == Cast::CLASS && service.subject == MATHS {
            event.pin = pins.next();
        }
    }
}

/// Indices of the pupils with a part, once everybody has a class.
pub(super) struct Roles {
    pub(super) pupil: usize,
    pub(super) sister: usize,
    /// Child of a teacher.
    pub(super) child_of_teacher: usize,
    pub(super) without_relatives: usize,
    pub(super) late_arrival: usize,
    pub(super) longest_name: usize,
    pub(super) without_ine: usize,
    /// Those of the families known by name.
    households: Vec<(usize, &'static Household)>,
}

impl Roles {
    /// Pupils are dealt out to classes in turn, so the first pupil of a class has its index. A role beyond the last pupil is nobody's.
    pub(super) fn of(school: &School) -> Self {
        let classes = school.divisions.len();
        let first_of =
            |code: &str| school.divisions.iter().position(|division| division.code.starts_with(code)).unwrap_or(0);
        let known = households(school.degree).map(|known| (classes * known.round + first_of(known.class), known));
        let nobody = usize::MAX;
        if school.degree == Degree::Primary {
            return Self {
                pupil: nobody,
                sister: nobody,
                child_of_teacher: nobody,
                without_relatives: nobody,
                late_arrival: nobody,
                longest_name: nobody,
                without_ine: nobody,
                households: known.collect(),
            };
        }
        Self {
            pupil: first_of(Cast::CLASS),
            sister: first_of(Cast::SISTER_CLASS),
            child_of_teacher: classes + 7,
            without_relatives: classes * 2 + 5,
            late_arrival: classes + first_of(Cast::CLASS),
            longest_name: classes * 2 + first_of(Cast::CLASS),
            without_ine: classes * 3 + 1,
            households: known.collect(),
        }
    }

    /// The family known by name whose child has that index.
    pub(super) fn household(&self, index: usize) -> Option<&'static Household> {
        self.households.iter().find(|(child, _)| *child == index).map(|(_, household)| *household)
    }
}

/// Fills in [`Cast`] from the people drawn.
pub(super) fn settle(school: &mut School) {
    let staff = |number: usize| {
        let jointure = (6_000_000 + number).to_string();
        school.staff.iter().find(|staff| staff.jointure == jointure).map(member_of_staff).unwrap_or_default()
    };
    let pupil = |number: usize| {
        let jointure = number.to_string();
        school.pupils.iter().find(|pupil| pupil.jointure == jointure).map(member_of_pupils).unwrap_or_default()
    };
    let relative = |number: usize| {
        let jointure = number.to_string();
        school
            .relatives
            .iter()
            .find(|relative| relative.jointure == jointure)
            .map(member_of_relatives)
            .unwrap_or_default()
    };
    let cast = Cast {
        teacher: staff(10),
        pupil: pupil(PUPIL),
        sister: pupil(SISTER),
        mother: relative(MOTHER),
        father: relative(FATHER),
        principal: staff(1),
        deputy: staff(2),
        counsellor: staff(3),
        absent: staff(11),
        substitute: staff(12),
        briefly_absent: staff(13),
        replacement: staff(14),
        parent_as_teacher: staff(15),
        teacher_as_parent: relative(TEACHER_AS_PARENT),
        companion: staff(16),
        accompanied: households::ACCOMPANIED.map(pupil).into(),
        supervised: Kin { child: pupil(households::SUPERVISED.0), relative: relative(households::SUPERVISED.1) },
        barred: Kin { child: pupil(households::BARRED.0), relative: relative(households::BARRED.1) },
        of_age: pupil(households::OF_AGE),
        elder: pupil(households::ELDER),
        younger: pupil(households::YOUNGER),
        mother_of_both: relative(households::MOTHER_OF_BOTH),
        shared_teacher: staff(17),
        director: staff(20),
        schoolmaster: staff(21),
        librarian: staff(4),
        inspector: Outsider { title: "M.", given: "Yann", surname: "Le Goff", function: "IA-IPR de mathématiques" },
        referent: Outsider { title: "M.", given: "Ewen", surname: "Tanguy", function: "référent numérique" },
    };
    school.cast = cast;
}

fn member_of_staff(staff: &Staff) -> Member {
    Member {
        jointure: staff.jointure.clone(),
        sts_id: staff.sts_id.clone(),
        title: staff.sex.title(),
        given: staff.given.clone(),
        surname: staff.surname.clone(),
    }
}

fn member_of_pupils(pupil: &Pupil) -> Member {
    Member {
        jointure: pupil.jointure.clone(),
        sts_id: None,
        title: pupil.sex.title(),
        given: pupil.given.clone(),
        surname: pupil.surname.clone(),
    }
}

fn member_of_relatives(relative: &Relative) -> Member {
    Member {
        jointure: relative.jointure.clone(),
        sts_id: None,
        title: relative.sex.map_or("", Sex::title),
        given: relative.given.clone(),
        surname: relative.surname.clone(),
    }
}

/// The stream of chance of the pupil at `index`.
pub(super) fn chance_of_pupil(school: &School, index: usize) -> Chance {
    Chance::of(school.seed, &[5, index as u64])
}
