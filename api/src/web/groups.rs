//! Classes and groups, as a head keeps them by hand: who is in, since when, until when; a pupil in or out; a group made, or made anew.

use askama::Template;
use jiff::civil::Date;

use super::filters;
use super::layout::{Choice, FieldError, Layout, error_of};
use crate::fr;

/// One line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupLine {
    pub href: String,
    /// `4e B`, `Espagnol LV2 groupe 3`
    pub name: String,
    /// Its pupils today.
    pub pupils: usize,
    /// The classes a group draws from: `4e A, 4e B`; empty when nobody said.
    pub classes: String,
}

impl GroupLine {
    pub fn count_said(&self) -> String {
        fr::plural(self.pupils, "élève", "élèves")
    }
}

/// `/direction/groupes`
#[derive(Debug, Template)]
#[template(path = "principal/groups.html")]
pub struct GroupsPage {
    pub layout: Layout,
    pub classes: Vec<GroupLine>,
    pub groups: Vec<GroupLine>,
}

/// A pupil of the group today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// `FOFANA Inès`
    pub name: String,
    /// `4e B`; empty on the page of a class.
    pub class: String,
    /// The first day out, when it is said already.
    pub leaves: Option<Date>,
}

/// One stay, whenever it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StayLine {
    pub name: String,
    pub from: Date,
    /// The last day in, when an end is known.
    pub to: Option<Date>,
    /// False when it was called off before it began.
    pub counts: bool,
}

/// A pupil of a list, to be ticked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tick {
    pub value: String,
    pub name: String,
    pub chosen: bool,
    /// `arrive le 23 novembre 2026`: days that are settled, and that stay when the group is made anew.
    pub settled: Option<String>,
    /// `entrée enregistrée entre-temps`: what a colleague changed since the page was read.
    pub news: Option<&'static str>,
}

/// The pupils of a class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TickSet {
    /// `4e B`, `Sans classe`
    pub class: String,
    pub pupils: Vec<Tick>,
}

impl TickSet {
    /// `28 élèves`: how many are ticked moves as one ticks.
    pub fn count_said(&self) -> String {
        fr::plural(self.pupils.len(), "élève", "élèves")
    }
}

/// What the page of a group sends, always whole: `faire` (`entrer`, `sortir`, `recomposer`; or `lister`, which writes nothing and lists one
/// more class, `ajouter`), `classe` for each class listed, `version`, `sejour` for each stay that was read, and `cle`; `entrant` and
/// `entre_le`, `sortant` and `sort_le`; `eleve` for each pupil ticked and `compose_le`, with `deja` for each whose days are settled.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GroupForm {
    pub version: String,
    /// The stays of that version.
    pub shown: Vec<String>,
    pub key: String,
    /// The classes listed because they were asked for.
    pub asked: Vec<String>,
    /// The other classes that may be listed.
    pub others: Vec<Choice>,
    /// Who may be let in, by class.
    pub entrants: Vec<(String, Vec<Choice>)>,
    pub entrant: String,
    pub enters_on: String,
    pub leavers: Vec<Choice>,
    pub leaver: String,
    pub leaves_on: String,
    pub sets: Vec<TickSet>,
    pub made_on: String,
    pub errors: Vec<FieldError>,
}

/// `/direction/groupes/{group}`
#[derive(Debug, Template)]
#[template(path = "principal/group.html")]
pub struct GroupPage {
    pub layout: Layout,
    pub name: String,
    pub is_class: bool,
    /// Made here, and not by a feed.
    pub by_hand: bool,
    /// Where the forms go.
    pub action: String,
    pub classes: String,
    /// `mathématiques, Mme Vidal`
    pub textbooks: Vec<String>,
    pub members: Vec<Member>,
    pub stays: Vec<StayLine>,
    pub form: GroupForm,
}

impl GroupPage {
    pub fn error(&self, field: &str) -> Option<&str> {
        error_of(&self.form.errors, field)
    }

    /// `de la classe`, `du groupe`
    pub fn of_it(&self) -> &'static str {
        if self.is_class { "de la classe" } else { "du groupe" }
    }

    pub fn in_it(&self) -> &'static str {
        if self.is_class { "dans la classe" } else { "dans le groupe" }
    }
}

/// `/direction/groupes/nouveau`: one form, of `classe` for each class chosen, `nom`, `compose_le`, `eleve` for each pupil ticked and `cle`.
/// Its button `faire` is `lister`, which writes nothing and lists the pupils of the classes, or `creer`.
#[derive(Debug, Template)]
#[template(path = "principal/new_group.html")]
pub struct NewGroupPage {
    pub layout: Layout,
    /// Every class of the year, those asked for ticked.
    pub classes: Vec<Tick>,
    pub sets: Vec<TickSet>,
    pub name: String,
    pub made_on: String,
    pub key: String,
    pub errors: Vec<FieldError>,
}

impl NewGroupPage {
    pub fn error(&self, field: &str) -> Option<&str> {
        error_of(&self.errors, field)
    }
}
