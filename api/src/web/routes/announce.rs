//! What has just happened, told on the page after: a word in the address, never a text.

use domain::ids::TextbookId;
use jiff::civil::{Date, DateTime};
use serde::Deserialize;

use crate::fr;
use crate::web::layout::Flash;

/// `?fait=publie&visible=2026-11-18T07:00:00`
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Done {
    pub fait: Option<String>,
    pub visible: Option<DateTime>,
    /// How many lessons.
    pub nombre: Option<u16>,
    /// Which lesson: of a textbook, on a day.
    pub cahier: Option<TextbookId>,
    pub jour: Option<Date>,
}

impl Done {
    pub fn of(word: &str) -> Self {
        Self { fait: Some(word.to_owned()), ..Self::default() }
    }

    /// The message, in plain French. An unknown word says nothing.
    pub fn flash(&self, today: Date) -> Option<Flash> {
        if let Some(title) = self.lessons() {
            return Some(Flash { title: fr::spaced(&title), detail: None });
        }
        let (title, families) = match self.fait.as_deref()? {
            "publie" => ("La séance est publiée.", true),
            "revise" => {
                ("La nouvelle version est enregistrée. Les précédentes restent lisibles dans l’historique.", true)
            }
            "donne-seul" => ("Le travail est donné. Le contenu de la séance reste à écrire.", true),
            "donne" => ("Le travail est enregistré.", true),
            "retire" => (
                "La séance est retirée de la vue des élèves et des familles. L’historique la garde, avec votre motif.",
                false,
            ),
            "retire-travail" => (
                "Le travail est retiré de la vue des élèves et des familles. L’historique le garde, avec votre motif.",
                false,
            ),
            "brouillon" => ("Le brouillon est enregistré.", false),
            "brouillon-jete" => ("Le brouillon est jeté.", false),
            "note" => ("La note est enregistrée : personne d’autre que vous ne la voit.", false),
            "note-effacee" => ("La note est effacée.", false),
            "inchange" => ("Rien n’a changé : aucune nouvelle version n’a été enregistrée.", false),
            "seance-deplacee" => {
                ("La séance est déplacée : élèves, familles et enseignants la voient là où elle a lieu.", false)
            }
            "groupe-cree" => ("Le groupe est créé, et ses élèves en font partie à la date choisie.", false),
            "droit-enregistre" | "groupe-enregistre" => ("C’est enregistré, et cela vaut à la date choisie.", false),
            "droit-inchange" | "groupe-inchange" | "role-inchange" => {
                ("C’était déjà enregistré : rien n’a changé.", false)
            }
            "role-donne" => ("Le rôle est donné, et il vaut à la date choisie.", false),
            "role-aesh" => (
                "Le rôle est donné, et il vaut à la date choisie. Nommez maintenant les élèves accompagnés, sous « Proches ».",
                false,
            ),
            "role-fini" => ("C’est enregistré : ce rôle prend fin à la date choisie.", false),
            "naissance" => ("La date de naissance est enregistrée.", false),
            "naissance-inchangee" => ("C’était déjà la date enregistrée : rien n’a changé.", false),
            "opposition" => ("Ton opposition est enregistrée : tes parents ne lisent plus rien ici.", false),
            "opposition-levee" => ("Ton opposition est levée : tes parents lisent de nouveau.", false),
            "mandat-ouvert" => ("Le mandat est ouvert.", false),
            "limites" => ("Les limites sont enregistrées : elles valent à partir du jour choisi.", false),
            "mandat-ferme" => ("Le mandat est clos. L’inspection ne lit plus rien à ce titre.", false),
            _ => return None,
        };
        let detail = families.then(|| match self.visible {
            Some(from) => {
                format!("Visible par les élèves et leurs responsables {} (pause numérique).", fr::moment(from, today))
            }
            None => "Visible dès maintenant par les élèves et leurs responsables.".to_owned(),
        });
        Some(Flash { title: fr::spaced(title), detail: detail.map(|detail| fr::spaced(&detail)) })
    }

    /// Of several lessons at once: `12 séances annulées : …`.
    fn lessons(&self) -> Option<String> {
        let (one, many, then) = match self.fait.as_deref()? {
            "seances-annulees" => {
                ("séance annulée", "séances annulées", " : élèves, familles et enseignants le voient.")
            }
            "seances-assurees" => (
                "séance assurée",
                "séances assurées",
                " par un collègue : elles ne sont plus attendues dans le cahier.",
            ),
            "seances-retablies" => ("séance rétablie", "séances rétablies", "."),
            _ => return None,
        };
        Some(format!("{}{then}", fr::plural(usize::from(self.nombre?), one, many)))
    }
}
