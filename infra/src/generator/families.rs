//! Families: who answers for each pupil. Most have two parents together, a quarter live in two homes, some have one parent, a guardian or the
//! social services, and about fifteen pupils in a hundred have a brother or a sister in another class.

use super::cast::{self, Adult, Household, Roles};
use super::chance::Chance;
use super::names::{self, Names};
use super::school::{Address, Degree, Link, Relative, School, Sex};

pub(super) const MOTHER: u8 = 10;
pub(super) const FATHER: u8 = 20;
const GRANDPARENT: u8 = 38;
const FOSTER_CARER: u8 = 42;
const GUARDIAN: u8 = 50;
const SOCIAL_SERVICES: u8 = 51;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Together,
    Separated,
    /// One parent; the other is unknown.
    Single,
    /// One parent; the other is known and holds no authority.
    SingleAgainstOther,
    Guardian,
    SocialServices,
}

/// A parent before they get a number.
struct Parent {
    number: Option<usize>,
    sex: Sex,
    given: String,
    surname: String,
    birth_surname: String,
    address: Address,
}

/// Gives every pupil a name, a home and relatives.
pub(super) fn found_all(school: &mut School, names: &Names, roles: &Roles) {
    let mut settled = vec![false; school.pupils.len()];
    if school.degree == Degree::College {
        found_the_family(school, names, roles);
        settled[roles.pupil] = true;
        settled[roles.sister] = true;
    }
    for index in 0..school.pupils.len() {
        if settled[index] {
            continue;
        }
        let chance = &mut Chance::of(school.seed, &[7, index as u64]);
        let mut children = vec![index];
        if !is_a_part(roles, index) {
            children.extend(siblings(school, roles, &settled, index, chance));
        }
        for &child in &children {
            settled[child] = true;
        }
        if index == roles.without_relatives {
            let pupil = &mut school.pupils[index];
            pupil.surname = names.surname(chance);
            pupil.address = names.address(chance);
        } else if index == roles.child_of_teacher {
            found_the_teacher_s(school, names, index, chance);
        } else if let Some(household) = roles.household(index) {
            found_known(school, names, household, index);
        } else {
            let longest = index == roles.longest_name;
            found(school, names, &children, longest, chance);
        }
    }
}

fn is_a_part(roles: &Roles, index: usize) -> bool {
    let parts = [roles.child_of_teacher, roles.without_relatives, roles.late_arrival, roles.longest_name];
    parts.contains(&index) || roles.household(index).is_some()
}

/// A brother or sister of another level a little further down the roll; now and then two.
fn siblings(school: &School, roles: &Roles, settled: &[bool], index: usize, chance: &mut Chance) -> Vec<usize> {
    let level = |pupil: usize| school.pupils[pupil].level;
    let mut found: Vec<usize> = Vec::new();
    let wanted = usize::from(chance.permille(92)) + usize::from(chance.permille(12));
    for _ in 0..wanted * 4 {
        let other = index + 1 + chance.below(120);
        let levels: Vec<_> = found.iter().chain([&index]).map(|&child| level(child)).collect();
        if found.len() < wanted
            && other < settled.len()
            && !settled[other]
            && !found.contains(&other)
            && !levels.contains(&level(other))
            && !is_a_part(roles, other)
        {
            found.push(other);
        }
    }
    found
}

fn found(school: &mut School, names: &Names, children: &[usize], longest: bool, chance: &mut Chance) {
    let shape = match chance.below(1000) {
        0..=599 => Shape::Together,
        600..=859 => Shape::Separated,
        860..=959 => Shape::Single,
        960..=974 => Shape::SingleAgainstOther,
        975..=987 => Shape::Guardian,
        _ => Shape::SocialServices,
    };
    let shape = if longest { Shape::Together } else { shape };
    let (hers, his) = (names.surname(chance), names.surname(chance));
    let his = if longest { names::LONGEST_SURNAME.to_owned() } else { his };
    let home = names.address(chance);
    let child_surname = match chance.below(100) {
        _ if longest => his.clone(),
        0..=9 => hers.clone(),
        10..=17 if !hers.contains('-') && !his.contains('-') => format!("{hers}-{his}"),
        _ => his.clone(),
    };
    for &child in children {
        school.pupils[child].surname.clone_from(&child_surname);
        school.pupils[child].address = home.clone();
    }
    let married = shape == Shape::Together && chance.percent(55);
    let mother = Parent {
        number: None,
        sex: Sex::Female,
        given: names.adult(Sex::Female, chance),
        surname: if married { his.clone() } else { hers.clone() },
        birth_surname: hers,
        address: home.clone(),
    };
    let two_mothers = shape == Shape::Together && chance.percent(2);
    let sex = if two_mothers { Sex::Female } else { Sex::Male };
    let father = Parent {
        number: None,
        sex,
        given: names.adult(sex, chance),
        surname: his.clone(),
        birth_surname: his,
        address: if shape == Shape::Together { home } else { names.address(chance) },
    };
    bind(school, children, shape, mother, father, chance);
    if chance.percent(9) {
        bind_grandmother(school, names, children, chance);
    }
}

fn bind(school: &mut School, children: &[usize], shape: Shape, mother: Parent, father: Parent, chance: &mut Chance) {
    match shape {
        Shape::Together | Shape::Separated => {
            let relation = if father.sex == Sex::Female { MOTHER } else { FATHER };
            let (mother, father) = (settle(school, mother, chance), settle(school, father, chance));
            let mother_first = chance.percent(60);
            let rank = |first: bool| if first { 1 } else { 2 };
            link(school, children, mother, MOTHER, rank(mother_first), mother_first);
            link(school, children, father, relation, rank(!mother_first), !mother_first);
        }
        Shape::Single | Shape::SingleAgainstOther => {
            let mother = settle(school, mother, chance);
            link(school, children, mother, MOTHER, 1, true);
            if shape == Shape::SingleAgainstOther {
                let father = settle(school, father, chance);
                link(school, children, father, FATHER, 0, false);
            }
        }
        Shape::Guardian => {
            let guardian = settle(school, father, chance);
            link(school, children, guardian, GUARDIAN, 1, true);
        }
        Shape::SocialServices => {
            let carer = settle(school, mother, chance);
            let institution = settle_institution(school);
            link(school, children, institution, SOCIAL_SERVICES, 1, true);
            link(school, children, carer, FOSTER_CARER, 0, false);
        }
    }
}

/// A grandmother who may be called and reads nothing.
fn bind_grandmother(school: &mut School, names: &Names, children: &[usize], chance: &mut Chance) {
    let surname = names.surname(chance);
    let grandmother = Parent {
        number: None,
        sex: Sex::Female,
        given: names.adult(Sex::Female, chance),
        birth_surname: names.surname(chance),
        surname,
        address: names.address(chance),
    };
    let grandmother = settle(school, grandmother, chance);
    link(school, children, grandmother, GRANDPARENT, 0, false);
}

/// The mother and the father of the cast live apart and are both holders of parental authority.
fn found_the_family(school: &mut School, names: &Names, roles: &Roles) {
    let chance = &mut Chance::of(school.seed, &[8]);
    let parent = |number, sex, given: &str, birth: &str, line: &str, town: (&str, &str)| Parent {
        number: Some(number),
        sex,
        given: given.to_owned(),
        surname: "Fofana".to_owned(),
        birth_surname: birth.to_owned(),
        address: Address { lines: vec![line.to_owned()], post_code: town.0.to_owned(), town: town.1.to_owned() },
    };
    let here = ("99100", "Tilleuls-sur-Orvanne");
    let there = ("99140", "Vaux-l'Étang");
    let mother = parent(cast::MOTHER, Sex::Female, "Aïssatou", "Diakité", "14 rue des Tilleuls", here);
    let father = parent(cast::FATHER, Sex::Male, "Moussa", "Fofana", "3 quai de l'Orvanne", there);
    let children = [roles.pupil, roles.sister];
    for child in children {
        "Fofana".clone_into(&mut school.pupils[child].surname);
        school.pupils[child].address = mother.address.clone();
    }
    let (mother, father) = (settle(school, mother, chance), settle(school, father, chance));
    link(school, &children, mother, MOTHER, 1, true);
    link(school, &children, father, FATHER, 2, false);
    bind_grandmother(school, names, &children, chance);
}

/// The physics teacher's child: the father is in the files twice, as staff and as a relative.
fn found_the_teacher_s(school: &mut School, names: &Names, child: usize, chance: &mut Chance) {
    let home = names.address(chance);
    "Haddad".clone_into(&mut school.pupils[child].surname);
    school.pupils[child].address = home.clone();
    let birth_surname = names.surname(chance);
    let mother = Parent {
        number: None,
        sex: Sex::Female,
        given: names.adult(Sex::Female, chance),
        surname: "Haddad".to_owned(),
        birth_surname,
        address: home.clone(),
    };
    let father = Parent {
        number: Some(cast::TEACHER_AS_PARENT),
        sex: Sex::Male,
        given: "Samir".to_owned(),
        surname: "Haddad".to_owned(),
        birth_surname: "Haddad".to_owned(),
        address: home,
    };
    bind(school, &[child], Shape::Together, mother, father, chance);
}

/// A family known by name. Its own stream of chance says the rest, so that it is the same in the files of every school.
fn found_known(school: &mut School, names: &Names, household: &Household, index: usize) {
    let home = names.address(&mut Chance::of(school.seed, &[10, household.adults[0].number as u64]));
    household.surname.clone_into(&mut school.pupils[index].surname);
    school.pupils[index].address = home.clone();
    for adult in household.adults {
        let Adult { number, sex, given, surname, legal, apart } = *adult;
        let chance = &mut Chance::of(school.seed, &[11, number as u64]);
        let parent = Parent {
            number: Some(number),
            sex,
            given: given.to_owned(),
            surname: surname.to_owned(),
            birth_surname: surname.to_owned(),
            address: if apart { names.address(chance) } else { home.clone() },
        };
        let relative = settle(school, parent, chance);
        link(school, &[index], relative, adult.relation(), legal, legal == 1);
    }
}

fn settle(school: &mut School, parent: Parent, chance: &mut Chance) -> usize {
    let index = school.relatives.len();
    let number = parent.number.unwrap_or_else(|| school.degree.first(4_000_100) + index);
    let known = parent.number.is_some();
    let mail = names::mail(&parent.given, &parent.surname, number % 100_000, "courriel.example");
    school.relatives.push(Relative {
        jointure: number.to_string(),
        sex: Some(parent.sex),
        surname: parent.surname,
        birth_surname: parent.birth_surname,
        given: parent.given,
        home_phone: chance.percent(35).then(|| names::landline(chance)),
        mobile: (known || chance.percent(94)).then(|| names::mobile(chance)),
        mail: (known || chance.percent(85)).then_some(mail),
        shares_address: chance.percent(70),
        address: parent.address,
    });
    index
}

fn settle_institution(school: &mut School) -> usize {
    let index = school.relatives.len();
    school.relatives.push(Relative {
        jointure: (school.degree.first(4_000_100) + index).to_string(),
        sex: None,
        surname: "Aide sociale à l'enfance".to_owned(),
        birth_surname: "Aide sociale à l'enfance".to_owned(),
        given: "Service départemental".to_owned(),
        home_phone: Some("0199000000".to_owned()),
        mobile: None,
        mail: Some("ase@departement.example".to_owned()),
        shares_address: true,
        address: Address {
            lines: vec!["Hôtel du département".to_owned(), "1 place de la Préfecture".to_owned()],
            post_code: "99000".to_owned(),
            town: "Montcœur".to_owned(),
        },
    });
    index
}

fn link(school: &mut School, children: &[usize], relative: usize, relation: u8, legal: u8, pays: bool) {
    for &child in children {
        school.pupils[child].links.push(Link {
            relative,
            relation,
            pays_fees: pays,
            legal,
            contact: legal != 0 || relation != FATHER,
            payment: pays,
        });
    }
}
