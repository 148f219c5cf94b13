//! Pupils, relatives and staff. Only the pupil holds the links to the relatives.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

use super::{Record, Series, french};
use crate::generator::programme::{self, subject};
use crate::generator::school::{
    Address, Degree, Function, GroupKind, Link, Pupil, Relative, School, Service, Sex, Staff,
};
use crate::generator::sheet::Encoding;

pub(super) fn write_pupils(school: &School, dir: &Path) -> io::Result<Vec<PathBuf>> {
    let mut series = Series::new(school, dir, "Eleve", Encoding::Latin9);
    for pupil in &school.pupils {
        series.add(pupil_record(school, pupil))?;
    }
    series.finish()
}

fn pupil_record(school: &School, pupil: &Pupil) -> Record {
    let structure = &school.jointure;
    let division = &school.divisions[pupil.division];
    let level = pupil.level;
    let mut record = Record::new("categoriePersonne", "Eleve", &pupil.jointure);
    record.one("ENTPersonJointure", &pupil.jointure);
    record.maybe("ENTEleveINE", pupil.ine.as_deref());
    record.one("ENTEleveStructRattachId", &pupil.siecle_id);
    record.one("ENTPersonDateNaissance", &french(pupil.born_on));
    record.one("ENTPersonNomPatro", &pupil.surname);
    record.one("sn", &pupil.surname);
    record.one("givenName", &pupil.given);
    record.many("ENTPersonAutresPrenoms", &pupil.other_given);
    record.one("personalTitle", pupil.sex.title());
    record.many("ENTElevePersRelEleve", pupil.links.iter().map(|link| link_value(school, link)));
    record.one("ENTEleveBoursier", yes_or_no(pupil.scholarship));
    let regime = if pupil.half_board { "DEMI-PENSIONNAIRE DANS L'ETABLISSEMENT" } else { "EXTERNE LIBRE" };
    record.one("ENTEleveRegime", regime);
    record.one("ENTEleveTransport", "N");
    write_address(&mut record, Some(&pupil.address));
    let home = pupil.links.first().map(|link| school.relatives[link.relative].jointure.as_str());
    record.maybe("ENTEleveAdresseRel", home);
    record.one("ENTEleveStatutEleve", "SCOLAIRE");
    record.one("ENTEleveMEF", level.mef());
    record.one("ENTEleveLibelleMEF", level.label());
    record.one("ENTEleveNivFormation", level.label());
    let college = school.degree == Degree::College;
    record.one("ENTEleveFiliere", if college { "COLLEGE" } else { "ELEMENTAIRE" });
    let taught = subjects_of(school, pupil);
    let labels = taught.iter().filter_map(|code| subject(code)).map(|subject| subject.label);
    record.many("ENTEleveEnseignements", labels);
    record.many("ENTEleveCodeEnseignements", &taught);
    record.one("ENTPersonStructRattach", structure);
    let entered = format!("{structure}${}${}", french(pupil.entered_on), division.code);
    record.one("ENTEleveDateEntreeClasses", &entered);
    record.one("ENTEleveDateSortieClasses", "");
    record.one("ENTEleveClasses", &format!("{structure}${}", division.code));
    let groups = pupil.groups.iter().map(|&group| format!("{structure}${}", school.groups[group].code));
    record.many("ENTEleveGroupes", groups);
    record
}

/// `jointure$lien$respFinancière$respLégale$contact$paiement`
fn link_value(school: &School, link: &Link) -> String {
    let jointure = &school.relatives[link.relative].jointure;
    let flag = |on: bool| u8::from(on);
    let (fees, contact, payment) = (flag(link.pays_fees), flag(link.contact), flag(link.payment));
    format!("{jointure}${}${fees}${}${contact}${payment}", link.relation, link.legal)
}

fn subjects_of(school: &School, pupil: &Pupil) -> Vec<&'static str> {
    let level = pupil.level;
    let common = programme::hours(level).iter().map(|part| part.subject);
    let chosen = pupil.groups.iter().filter_map(|&group| match school.groups[group].kind {
        GroupKind::Language(subject) => Some(subject),
        GroupKind::Latin => Some(programme::LATIN),
        GroupKind::Half(_) => None,
    });
    common.chain(chosen).collect()
}

fn yes_or_no(yes: bool) -> &'static str {
    if yes { "O" } else { "N" }
}

/// Four lines separated by `$`, then post code, town and country.
fn write_address(record: &mut Record, address: Option<&Address>) {
    let line = |rank: usize| address.and_then(|address| address.lines.get(rank)).map_or("", String::as_str);
    let lines = format!("{}${}${}${}", line(0), line(1), line(2), line(3));
    record.one("ENTPersonAdresse", if address.is_some() { &lines } else { "" });
    record.maybe("ENTPersonCodePostal", address.map(|address| address.post_code.as_str()));
    record.maybe("ENTPersonVille", address.map(|address| address.town.as_str()));
    record.maybe("ENTPersonPays", address.map(|_| "FRANCE"));
}

pub(super) fn write_relatives(school: &School, dir: &Path) -> io::Result<Vec<PathBuf>> {
    let mut series = Series::new(school, dir, "PersRelEleve", Encoding::Utf8);
    for relative in &school.relatives {
        series.add(relative_record(relative))?;
    }
    series.finish()
}

fn relative_record(relative: &Relative) -> Record {
    let mut record = Record::new("categoriePersonne", "PersRelEleve", &relative.jointure);
    record.one("ENTPersonJointure", &relative.jointure);
    record.one("ENTPersonDateNaissance", "");
    record.one("ENTPersonNomPatro", &relative.birth_surname);
    record.one("sn", &relative.surname);
    record.one("givenName", &relative.given);
    record.maybe("personalTitle", relative.sex.map(Sex::title));
    record.maybe("homePhone", relative.home_phone.as_deref());
    record.one("telephoneNumber", "");
    record.maybe("mobile", relative.mobile.as_deref());
    record.maybe("ENTPersonMobileSMS", relative.mobile.as_deref());
    record.maybe("mail", relative.mail.as_deref());
    record.one("ENTPersonAdresseDiffusion", yes_or_no(relative.shares_address));
    write_address(&mut record, Some(&relative.address));
    record
}

pub(super) fn write_staff(school: &School, dir: &Path) -> io::Result<Vec<PathBuf>> {
    let mut held: HashMap<usize, Vec<&Service>> = HashMap::new();
    for service in &school.services {
        for &teacher in &service.teachers {
            held.entry(teacher).or_default().push(service);
        }
    }
    let mut series = Series::new(school, dir, "PersEducNat", Encoding::Latin9);
    for (index, staff) in school.staff.iter().enumerate() {
        let services = held.get(&index).map(Vec::as_slice).unwrap_or_default();
        series.add(staff_record(school, staff, services))?;
    }
    series.finish()
}

fn staff_record(school: &School, staff: &Staff, services: &[&Service]) -> Record {
    let structure = &school.jointure;
    let mut record = Record::new("categoriePersonne", "PersEducNat", &staff.jointure);
    record.one("ENTPersonJointure", &staff.jointure);
    record.maybe("ENTPersonSTSId", staff.sts_id.as_deref());
    record.one("ENTPersonDateNaissance", &french(staff.born_on));
    record.one("ENTPersonNomPatro", &staff.birth_surname);
    record.one("sn", &staff.surname);
    record.one("givenName", &staff.given);
    record.one("personalTitle", staff.sex.title());
    record.one("mail", &staff.mail);
    record.one("ENTPersonStructRattach", structure);
    write_services(&mut record, school, staff, services);
    let tutor_of = staff.tutor_of.iter().map(|&division| format!("{structure}${}", school.divisions[division].code));
    record.many("ENTAuxEnsClassesPrincipal", tutor_of);
    record.many("ENTPersonFonctions", function_values(structure, staff));
    let before_pupils = matches!(staff.function, Function::Teacher | Function::TeachingHead);
    record.one("PersEducNatPresenceDevantEleves", yes_or_no(before_pupils));
    record
}

/// `struct$code$label$disciplineCode$disciplineLabel`
fn function_values(structure: &str, staff: &Staff) -> Vec<String> {
    let (code, label) = staff.discipline;
    let functions: &[&str] = match staff.function {
        Function::Teacher => &["ENS$ENSEIGNEMENT"],
        Function::Librarian => &["DOC$DOCUMENTATION"],
        Function::Direction => &["DIR$DIRECTION"],
        Function::TeachingHead => &["DIR$DIRECTION D'ECOLE", "ENS$ENSEIGNEMENT"],
        Function::Counsellor => &["EDU$EDUCATION"],
        Function::Assistant => &["AED$ASSISTANT D'EDUCATION"],
        Function::Companion => &["AES$ACCOMPAGNEMENT D'ELEVES"],
    };
    functions.iter().map(|function| format!("{structure}${function}${code}${label}")).collect()
}

fn write_services(record: &mut Record, school: &School, staff: &Staff, services: &[&Service]) {
    let structure = &school.jointure;
    let (code, label) = staff.discipline;
    let teaches = staff.function == Function::Teacher;
    record.maybe("ENTAuxEnsCategoDiscipline", teaches.then(|| format!("{code}${label}")).as_deref());
    record.maybe("ENTAuxEnsDisciplinesPoste", teaches.then(|| format!("{label}${code}")).as_deref());
    let unique = |values: Vec<String>| {
        let mut kept: Vec<String> = Vec::new();
        for value in values {
            if !kept.contains(&value) {
                kept.push(value);
            }
        }
        kept
    };
    let values = |form: &dyn Fn(&Service) -> String, divisions: bool| {
        unique(
            services.iter().filter(|service| service.of_division == divisions).map(|service| form(service)).collect(),
        )
    };
    let every = |form: &dyn Fn(&Service) -> String| unique(services.iter().map(|service| form(service)).collect());
    let label_of = |code: &str| subject(code).map_or("", |subject| subject.label);
    record.many("ENTAuxEnsMEF", every(&|s| format!("{structure}${}${}", s.level.mef(), s.level.label())));
    let code_of = |s: &Service| format!("{structure}${}", s.group);
    if school.degree == Degree::Primary {
        // No subject is named there: the calendar of the class says who has it.
        return record.many("ENTAuxEnsClasses", values(&code_of, true));
    }
    record.many("ENTAuxEnsMatiereEnseignEtab", every(&|s| format!("{structure}${}", label_of(s.subject))));
    let service_of = |s: &Service| format!("{structure}${}${}", s.group, s.subject);
    record.many("ENTAuxEnsClasses", values(&code_of, true));
    record.many("ENTAuxEnsGroupes", values(&code_of, false));
    record.many("ENTAuxEnsClassesMatieres", values(&service_of, true));
    record.many("ENTAuxEnsGroupesMatieres", values(&service_of, false));
}
