//! The names of the AAF dictionary, as found in the annex of the SDET, its DTD and real feeds from 2013 to 2020.
//!
//! A name that is not here is counted in the report, so that a new version of the dictionary shows itself.

use super::Category;

/// Sorted, for the search.
pub const KNOWN: &[&str] = &[
    "ENTAuxEnsCategoDiscipline",
    "ENTAuxEnsClasses",
    "ENTAuxEnsClassesMatieres",
    "ENTAuxEnsClassesPrincipal",
    "ENTAuxEnsDisciplinesPoste",
    "ENTAuxEnsGroupes",
    "ENTAuxEnsGroupesMatieres",
    "ENTAuxEnsMEF",
    "ENTAuxEnsMatiereEnseignEtab",
    "ENTEleveAdresseRel",
    "ENTEleveAutoriteParentale",
    "ENTEleveBoursier",
    "ENTEleveClasses",
    "ENTEleveCodeEnseignements",
    "ENTEleveDateEntreeClasses",
    "ENTEleveDateSortieClasses",
    "ENTEleveEnseignements",
    "ENTEleveFiliere",
    "ENTEleveGroupes",
    "ENTEleveINE",
    "ENTEleveLibelleMEF",
    "ENTEleveMEF",
    "ENTEleveMere",
    "ENTEleveNivFormation",
    "ENTEleveParents",
    "ENTElevePere",
    "ENTElevePersRelEleve",
    "ENTElevePersRelEleve1",
    "ENTElevePersRelEleve2",
    "ENTEleveQualitePersRelEleve1",
    "ENTEleveQualitePersRelEleve2",
    "ENTEleveRegime",
    "ENTEleveStatutEleve",
    "ENTEleveStructRattachId",
    "ENTEleveTransport",
    "ENTEtablissementBassin",
    "ENTEtablissementContrat",
    "ENTEtablissementMinistereTutelle",
    "ENTEtablissementStructRattachFctl",
    "ENTEtablissementUAI",
    "ENTLibelleMatiere",
    "ENTLibelleMef",
    "ENTMEFRattach",
    "ENTMEFSTAT11",
    "ENTMatJointure",
    "ENTMatiereRattach",
    "ENTMefJointure",
    "ENTPersonAdresse",
    "ENTPersonAdresseDiffusion",
    "ENTPersonAutresPrenoms",
    "ENTPersonCodePostal",
    "ENTPersonDateNaissance",
    "ENTPersonFonctions",
    "ENTPersonJointure",
    "ENTPersonMobileSMS",
    "ENTPersonNomPatro",
    "ENTPersonPays",
    "ENTPersonSTSId",
    "ENTPersonStructRattach",
    "ENTPersonVille",
    "ENTServAcAcademie",
    "ENTStructureClasses",
    "ENTStructureGroupes",
    "ENTStructureJointure",
    "ENTStructureMailSI",
    "ENTStructureNomCourant",
    "ENTStructureSIREN",
    "ENTStructureTypeStruct",
    "ENTStructureUAI",
    "PersEducNatPresenceDevantEleves",
    "facsimileTelephoneNumber",
    "givenName",
    "homePhone",
    "l",
    "mail",
    "mobile",
    "personalTitle",
    "postOfficeBox",
    "postalCode",
    "sn",
    "street",
    "telephoneNumber",
];

/// The dictionary's own copy of a name.
pub fn known(name: &str) -> Option<&'static str> {
    KNOWN.binary_search(&name).ok().map(|at| KNOWN[at])
}

/// Lists whose lines answer those of another list.
pub fn is_parallel(name: &str) -> bool {
    matches!(name, "ENTEleveEnseignements" | "ENTEleveCodeEnseignements")
}

/// The attribute that repeats the identifier.
pub fn jointure_of(category: Category) -> &'static str {
    match category {
        Category::Pupil | Category::Relative | Category::Staff => "ENTPersonJointure",
        Category::Structure => "ENTStructureJointure",
        Category::Subject => "ENTMatJointure",
        Category::Mef => "ENTMefJointure",
    }
}
