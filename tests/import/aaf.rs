//! A feed written by hand: the records of a school, and the files that hold them.

use super::*;

pub type Record<'a> = (Category, &'a str, Vec<(&'a str, Vec<String>)>);

pub fn kind(category: Category) -> &'static str {
    match category {
        Category::Structure => "categorieStructure",
        Category::Subject => "categorieMatiere",
        Category::Mef => "categorieMef",
        _ => "categoriePersonne",
    }
}

pub fn request(action: &str, (category, id, attributes): &Record<'_>) -> String {
    let (list, item) =
        if action == "modifyRequest" { ("modifications", "modification") } else { ("attributes", "attr") };
    let operation = if action == "modifyRequest" { " operation=\"replace\"" } else { "" };
    let value = |value: &String| ["<value>", value, "</value>"].concat();
    let attribute = |(name, values): &(&str, Vec<String>)| {
        let values: String = values.iter().map(value).collect();
        [&format!("<{item} name=\"{name}\"{operation}>"), values.as_str(), &format!("</{item}>")].concat()
    };
    let attributes: String = attributes.iter().map(attribute).collect();
    let body = if action == "deleteRequest" { String::new() } else { format!("<{list}>{attributes}</{list}>") };
    format!(
        "<{action}><operationalAttributes><attr name=\"{}\"><value>{}</value></attr></operationalAttributes>\
         <identifier><id>{id}</id></identifier>{body}</{action}>\n",
        kind(*category),
        category.name()
    )
}

pub fn write(dir: &Path, name: &str, requests: &[String]) -> PathBuf {
    let path = dir.join(name);
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE ficAlimMENESR SYSTEM \"ficAlimMENESR.dtd\">\n\
         <ficAlimMENESR>\n{}</ficAlimMENESR>\n",
        requests.concat()
    );
    std::fs::write(&path, text).unwrap();
    path
}

pub fn one(value: impl Into<String>) -> Vec<String> {
    vec![value.into()]
}

pub fn the_school() -> Record<'static> {
    let attributes = vec![
        ("ENTStructureUAI", one(UAI)),
        ("ENTStructureNomCourant", one("COLLEGE$DES LILAS")),
        ("ENTStructureTypeStruct", one("COLLEGE")),
        ("ENTServAcAcademie", one("FICTIVE")),
        ("ENTStructureClasses", vec!["4A$4EME A$10210001110".into(), "4B$4EME B$10210001110".into()]),
        ("ENTStructureGroupes", one("4LAT$LATIN$4A$4B")),
    ];
    (Category::Structure, "77", attributes)
}

pub fn pupil(id: &'static str, family: &str, class: &str, relatives: &[&str]) -> Record<'static> {
    let attributes = vec![
        ("sn", one(family)),
        ("givenName", one("Élève")),
        ("ENTPersonStructRattach", one("77")),
        ("ENTEleveClasses", one(format!("77${class}"))),
        ("ENTElevePersRelEleve", relatives.iter().map(|link| (*link).to_owned()).collect()),
    ];
    (Category::Pupil, id, attributes)
}

pub fn relative(id: &'static str, family: &str) -> Record<'static> {
    let attributes = vec![
        ("sn", one(family)),
        ("givenName", one("Adulte")),
        ("ENTPersonAdresse", one("1 rue des Lilas$$$")),
        ("mobile", one("0600000000")),
        ("mail", one("adulte@example.org")),
    ];
    (Category::Relative, id, attributes)
}

pub fn teacher(id: &'static str, family: &str, services: &[&str]) -> Record<'static> {
    let attributes = vec![
        ("sn", one(family)),
        ("givenName", one("Prof")),
        ("personalTitle", one("Mme")),
        ("ENTPersonFonctions", one("77$ENS$ENSEIGNEMENT$L1300$MATHEMATIQUES")),
        ("PersEducNatPresenceDevantEleves", one("O")),
        ("ENTAuxEnsClassesMatieres", services.iter().map(|service| format!("77${service}")).collect()),
        ("ENTAuxEnsClassesPrincipal", one("77$4A")),
        ("ENTPersonSTSId", one("900001")),
    ];
    (Category::Staff, id, attributes)
}

pub fn adds(records: &[Record<'_>]) -> Vec<String> {
    records.iter().map(|record| request("addRequest", record)).collect()
}

/// Ten pupils (five in each class), ten relatives, a teacher of mathematics in both classes, who has the 4A.
pub fn a_small_school(dir: &Path, pupils: usize, day: &str) -> Vec<PathBuf> {
    const IDS: [&str; 10] = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"];
    let links = |n: usize| format!("{}$10$1$1$1$1", IDS[n]);
    let class = |n: usize| if n.is_multiple_of(2) { "4A" } else { "4B" };
    let pupils: Vec<_> = (0..pupils).map(|n| pupil(IDS[n], &format!("PUPIL{n}"), class(n), &[&links(n)])).collect();
    let relatives: Vec<_> = (0..10).map(|n| relative(IDS[n], &format!("ADULT{n}"))).collect();
    vec![
        write(dir, &format!("ENT_Complet_{day}_EtabEducNat_0000.xml"), &adds(&[the_school()])),
        write(dir, &format!("ENT_Complet_{day}_Eleve_0000.xml"), &adds(&pupils)),
        write(dir, &format!("ENT_Complet_{day}_PersRelEleve_0000.xml"), &adds(&relatives)),
        write(
            dir,
            &format!("ENT_Complet_{day}_PersEducNat_0000.xml"),
            &adds(&[teacher("900", "VIDAL", &["4A$061300", "4B$061300"])]),
        ),
    ]
}
