//! `PersRelEleve`.

use super::Record;
use super::fields::Fields;
use crate::importers::Report;

/// A person who answers for pupils or may be called. The links are on the pupils' side: one relative in six of a real
/// feed is linked to nobody, and stays.
#[derive(Clone, PartialEq, Eq)]
pub struct Relative {
    /// Id in the academy's feed.
    pub jointure: String,
    /// Name in use.
    pub family_name: Option<String>,
    /// Name at birth.
    pub birth_name: Option<String>,
    /// First name.
    pub given_name: Option<String>,
    /// `M.`, `Mme`; absent for one in five.
    pub title: Option<String>,
    /// Number at home.
    pub home_phone: Option<String>,
    /// Number at work.
    pub work_phone: Option<String>,
    /// Mobile number.
    pub mobile: Option<String>,
    /// Address of electronic mail.
    pub mail: Option<String>,
    /// Lines of the postal address that are not blank, four at most.
    pub address: Vec<String>,
    /// Post code, text.
    pub postal_code: Option<String>,
    /// Town.
    pub town: Option<String>,
    /// Country.
    pub country: Option<String>,
}

impl Relative {
    /// Reads a record of category `Relative`.
    pub fn of(record: &Record, report: &mut Report) -> Self {
        let fields = Fields::of(record, report);
        Self {
            jointure: fields.id(),
            family_name: fields.text("sn"),
            birth_name: fields.text("ENTPersonNomPatro"),
            given_name: fields.text("givenName"),
            title: fields.text("personalTitle"),
            home_phone: fields.text("homePhone"),
            work_phone: fields.text("telephoneNumber"),
            mobile: fields.text("mobile"),
            mail: fields.text("mail"),
            address: lines(&fields.texts("ENTPersonAdresse")),
            postal_code: fields.text("ENTPersonCodePostal"),
            town: fields.text("ENTPersonVille"),
            country: fields.text("ENTPersonPays"),
        }
    }
}

/// An address is one value, `l1$l2$l3$l4`, most of it blank.
fn lines(values: &[String]) -> Vec<String> {
    let lines = values.iter().flat_map(|value| value.split('$')).map(str::trim);
    lines.filter(|line| !line.is_empty()).map(str::to_owned).collect()
}
