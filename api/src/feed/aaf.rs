//! AAF records as what they want. A modification says only the attributes it holds.

use domain::directory::group::Sort;
use domain::directory::person::{Role, Standing};
use infra::importers;
use infra::importers::aaf::{Category, Mef, Pupil, Record, Relation, Relative, Request, Staff, Structure, Subject};

use super::desired::{Described, Desired, GroupSaid, Link, Number, Place, Reach, SiteId, Wanted};

/// Takes one request. `delta` is what the name of the file says; a modification or a deletion makes a delta of any file.
pub fn take(desired: &mut Desired, request: Request, delta: bool, report: &mut importers::Report) {
    let (category, partial) = match &request {
        Request::Add(record) => (record.category, delta),
        Request::Modify(record) => (record.category, true),
        Request::Delete { category, .. } => (*category, true),
    };
    *desired.touched.entry(category).or_default() |= partial;
    match request {
        Request::Add(record) => said(desired, &record, true, report),
        Request::Modify(record) => said(desired, &record, false, report),
        Request::Delete { category, id } => {
            if matches!(category, Category::Pupil | Category::Relative | Category::Staff) {
                desired.say(Number::Academy(category, id), Wanted { gone: true, ..Wanted::default() });
            } else {
                desired.report.skip("deletion of a structure, a subject or a curriculum", 1);
            }
        }
    }
}

fn said(desired: &mut Desired, record: &Record, whole: bool, report: &mut importers::Report) {
    let wanted = match record.category {
        Category::Pupil => pupil(desired, record, whole, Pupil::of(record, report)),
        Category::Relative => relative(record, whole, Relative::of(record, report)),
        Category::Staff => staff(desired, record, whole, Staff::of(record, report)),
        Category::Structure => return structure(desired, record, whole, report),
        Category::Subject => {
            let subject = Subject::of(record, report);
            desired.subjects.extend(subject.label.map(|label| (subject.code, label)));
            return;
        }
        // Curricula are kept by code, with the classes that follow them.
        Category::Mef => return drop(Mef::of(record, report)),
    };
    desired.say(Number::Academy(record.category, record.id.clone()), wanted);
}

/// `Some` when the record says this attribute: a whole one says them all.
fn when<T>(record: &Record, whole: bool, names: &[&str], value: T) -> Option<T> {
    (whole || names.iter().any(|name| record.attributes.holds(name))).then_some(value)
}

fn text(record: &Record, whole: bool, name: &str, value: Option<String>) -> Option<String> {
    when(record, whole, &[name], value.unwrap_or_default())
}

fn named(record: &Record, whole: bool, [family, birth, given, title]: [Option<String>; 4]) -> Wanted {
    let family = family.or_else(|| birth.filter(|_| whole));
    Wanted {
        whole,
        family: text(record, whole, "sn", family),
        given: text(record, whole, "givenName", given),
        title: text(record, whole, "personalTitle", title),
        ..Wanted::default()
    }
}

fn pupil(desired: &mut Desired, record: &Record, whole: bool, pupil: Pupil) -> Wanted {
    let mut places = |places: &[(String, String)]| -> Vec<Place> {
        places.iter().map(|(site, code)| Place { site: desired.structure(site), code: code.clone() }).collect()
    };
    let (classes, groups) = (places(&pupil.classes), places(&pupil.groups));
    let mut stays = |stays: Vec<importers::aaf::Stay>| -> Vec<_> {
        let place = |stay: importers::aaf::Stay| {
            (Place { site: desired.structure(&stay.structure), code: stay.class }, stay.date)
        };
        stays.into_iter().map(place).collect()
    };
    let (entered, left) = (stays(pupil.entered), stays(pupil.left));
    let mut schools: Vec<SiteId> = pupil.structure.iter().map(|site| desired.structure(site)).collect();
    schools.extend(classes.iter().map(|place| place.site));
    schools.sort();
    schools.dedup();
    let links = pupil.relatives.iter().map(link).collect();
    Wanted {
        ine: pupil.ine,
        birth_date: pupil.birth_date,
        schools: when(record, whole, &["ENTPersonStructRattach"], schools),
        classes: when(record, whole, &["ENTEleveClasses"], classes),
        groups: when(record, whole, &["ENTEleveGroupes"], groups),
        links: when(record, whole, &["ENTElevePersRelEleve"], links),
        entered,
        left,
        ..named(record, whole, [pupil.family_name, pupil.birth_name, pupil.given_name, pupil.title])
    }
}

fn link(link: &importers::aaf::RelativeLink) -> Link {
    let standing = match (link.legal, link.contact) {
        (1, _) => Standing::Legal1,
        (2, _) => Standing::Legal2,
        (_, true) => Standing::Contact,
        (_, false) => Standing::Other,
    };
    let relation = match link.relation() {
        Relation::Mother => "mother",
        Relation::Father => "father",
        Relation::Sibling => "sibling",
        Relation::Ascendant => "ascendant",
        Relation::OtherMember => "other-member",
        Relation::Educator => "educator",
        Relation::FosterAssistant => "foster-assistant",
        Relation::ChildMinder => "child-minder",
        Relation::Tutor => "tutor",
        Relation::Ase => "child-welfare",
        Relation::Oneself => "oneself",
        Relation::Other => "other",
        Relation::Unknown(_) => "unknown",
    };
    Link { relative: link.relative.clone(), standing, relation }
}

fn relative(record: &Record, whole: bool, relative: Relative) -> Wanted {
    const PHONES: [&str; 3] = ["homePhone", "mobile", "telephoneNumber"];
    let mut phones = Vec::new();
    for phone in [relative.home_phone, relative.mobile, relative.work_phone].into_iter().flatten() {
        if !phones.contains(&phone) {
            phones.push(phone);
        }
    }
    // The register keeps numbers without saying which is which: some of the three alone cannot be laid over the others.
    let all_phones = whole || PHONES.iter().all(|name| record.attributes.holds(name));
    let reach = Reach {
        address: when(record, whole, &["ENTPersonAdresse"], relative.address),
        postal_code: text(record, whole, "ENTPersonCodePostal", relative.postal_code),
        town: text(record, whole, "ENTPersonVille", relative.town),
        phones: all_phones.then_some(phones),
        mail: text(record, whole, "mail", relative.mail),
    };
    Wanted {
        reach: (reach != Reach::default()).then_some(reach),
        ..named(record, whole, [relative.family_name, relative.birth_name, relative.given_name, relative.title])
    }
}

fn staff(desired: &mut Desired, record: &Record, whole: bool, staff: Staff) -> Wanted {
    let roles = roles(desired, &staff);
    let mut services = Vec::new();
    for (site, code, subject) in &staff.class_subjects {
        services.push((Place { site: desired.structure(site), code: code.clone() }, Sort::Class, subject.clone()));
    }
    for (site, code, subject) in &staff.group_subjects {
        services.push((Place { site: desired.structure(site), code: code.clone() }, Sort::Group, subject.clone()));
    }
    let tutored = staff.form_tutor_of.iter();
    let tutored: Vec<_> =
        tutored.map(|(site, code)| Place { site: desired.structure(site), code: code.clone() }).collect();
    // A modification of one of the two lists of services leaves the other unsaid, and so the whole.
    let both = ["ENTAuxEnsClassesMatieres", "ENTAuxEnsGroupesMatieres"];
    let services_said = whole || both.iter().all(|name| record.attributes.holds(name));
    let mail = text(record, whole, "mail", staff.mail);
    Wanted {
        birth_date: staff.birth_date,
        reach: mail.map(|mail| Reach { mail: Some(mail), ..whole_reach(whole) }),
        roles: when(record, whole, &["ENTPersonFonctions"], roles),
        services: services_said.then_some(services),
        form_tutor_of: when(record, whole, &["ENTAuxEnsClassesPrincipal"], tutored),
        sts_id: staff.sts_id,
        ..named(record, whole, [staff.family_name, staff.birth_name, staff.given_name, staff.title])
    }
}

fn whole_reach(whole: bool) -> Reach {
    if !whole {
        return Reach::default();
    }
    Reach {
        address: Some(vec![]),
        postal_code: Some(String::new()),
        town: Some(String::new()),
        phones: Some(vec![]),
        mail: None,
    }
}

/// Functions by place. Someone attached to a structure where no function is named is there by their presence before pupils.
fn roles(desired: &mut Desired, staff: &Staff) -> Vec<(SiteId, Role)> {
    let before_pupils = staff.before_pupils == Some(true);
    let mut roles = Vec::new();
    for function in &staff.functions {
        let labels = [function.label.as_deref(), function.discipline_label.as_deref()];
        let role = role_of(function.code.as_deref().unwrap_or("-"), &labels, before_pupils);
        roles.push((desired.structure(&function.structure), role));
    }
    if let Some(attached) = &staff.structure {
        let site = desired.structure(attached);
        if roles.iter().all(|(known, _)| *known != site) {
            roles.push((site, if before_pupils { Role::Teacher } else { Role::Staff }));
        }
    }
    roles.sort();
    roles.dedup();
    roles
}

/// What a function code stands for (`reference`: the SDET's annex; presence before pupils makes a teacher of any other code).
/// `DIR` covers heads and deputies: only the labels tell them apart.
pub fn role_of(code: &str, labels: &[Option<&str>], before_pupils: bool) -> Role {
    let says = |word: &str| labels.iter().flatten().any(|label| label.to_uppercase().contains(word));
    match code {
        "DOC" => Role::Librarian,
        "DIR" if says("ADJOINT") => Role::Deputy,
        "DIR" => Role::Head,
        "ENS" => Role::Teacher,
        "EDU" | "CPE" | "SUR" | "AED" => Role::SchoolLife,
        // Formerly auxiliaires de vie scolaire: of pupils whom the head names.
        "AVS" | "AES" => Role::Aesh,
        _ if before_pupils => Role::Teacher,
        _ => Role::Staff,
    }
}

fn structure(desired: &mut Desired, record: &Record, whole: bool, report: &mut importers::Report) {
    if !whole {
        // A modification may hold one list of many: the next complete set describes the structure.
        desired.report.skip("modification of a structure", 1);
        return;
    }
    let structure = Structure::of(record, report);
    if let Some(uai) = &structure.uai {
        warn_of_letter(uai, record, report);
    }
    let classes = structure.classes.into_iter().map(|class| GroupSaid {
        sort: Sort::Class,
        code: class.code,
        label: class.label,
        curricula: class.mefs,
        classes: vec![],
    });
    let groups = structure.groups.into_iter().map(|group| GroupSaid {
        sort: Sort::Group,
        code: group.code,
        label: group.label,
        curricula: vec![],
        classes: group.classes,
    });
    let described = Described {
        groups: classes.chain(groups).collect(),
        uai: structure.uai,
        name: structure.display_name,
        town: structure.town,
        academy: structure.academy,
        kind: structure.kind,
    };
    let site = desired.structure(&structure.jointure);
    desired.structures.insert(site, described);
}

fn warn_of_letter(uai: &str, record: &Record, report: &mut importers::Report) {
    use importers::uai::{Check, check_letter};
    if check_letter(uai) != Check::Right {
        report.warn(record.place("ENTStructureUAI", importers::Problem::Disagrees("its check letter")));
    }
}
