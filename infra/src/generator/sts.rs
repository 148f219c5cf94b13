//! The STS pair: `sts_emp` (who and what, coming down from the académie) and `emp_sts` (the timetable, going up), joined by the ids of the teachers,
//! the codes of classes and groups and those of subjects. Both in ISO-8859-15.
//!
//! A long substitute appears as a second `ENSEIGNANT` of the services, with the same hours as the absent holder.

mod down;
mod up;

use std::io;
use std::path::{Path, PathBuf};

use super::school::{Group, School, Service};
use super::sheet::{Encoding, Sheet};

/// Writes both files and returns their paths, `sts_emp` first.
pub(super) fn write(school: &School, dir: &Path) -> io::Result<Vec<PathBuf>> {
    let year = school.calendar.starts_on.year();
    let down_path = dir.join(format!("sts_emp_{}_{year}.xml", school.uai));
    let mut sheet = Sheet::create(&down_path, Encoding::Latin9)?;
    down::write(&mut sheet, school)?;
    sheet.finish()?;
    let up_path = dir.join(format!("emp_sts_{}_{year}.xml", school.uai));
    let mut sheet = Sheet::create(&up_path, Encoding::Latin9)?;
    up::write(&mut sheet, school)?;
    sheet.finish()?;
    Ok(vec![down_path, up_path])
}

/// `7` half hours is `3.50`.
fn decimal_hours(half_hours: u16) -> String {
    format!("{}.{}0", half_hours / 2, if half_hours % 2 == 1 { 5 } else { 0 })
}

/// How many pupils each class has, and each group by class: both files say it.
struct Counts {
    divisions: Vec<usize>,
    groups: Vec<Vec<usize>>,
}

impl Counts {
    fn of(school: &School) -> Self {
        let mut divisions = vec![0; school.divisions.len()];
        let mut groups: Vec<Vec<usize>> = school.groups.iter().map(|group| vec![0; group.divisions.len()]).collect();
        for pupil in &school.pupils {
            divisions[pupil.division] += 1;
            for &group in &pupil.groups {
                let classes = &school.groups[group].divisions;
                if let Some(rank) = classes.iter().position(|&class| class == pupil.division) {
                    groups[group][rank] += 1;
                }
            }
        }
        Self { divisions, groups }
    }
}

/// Services by code of class or group, in the order of the school.
struct Shelf<'a>(std::collections::HashMap<&'a str, Vec<&'a Service>>);

impl<'a> Shelf<'a> {
    fn of(school: &'a School) -> Self {
        let mut shelf = std::collections::HashMap::<_, Vec<_>>::new();
        for service in &school.services {
            shelf.entry(service.group.as_str()).or_default().push(service);
        }
        Self(shelf)
    }

    fn services(&self, code: &str) -> &[&'a Service] {
        self.0.get(code).map(Vec::as_slice).unwrap_or_default()
    }
}

fn group_classes(sheet: &mut Sheet, school: &School, group: &Group, counts: &[usize]) -> io::Result<()> {
    sheet.open("DIVISIONS_APPARTENANCE")?;
    for (&division, count) in group.divisions.iter().zip(counts) {
        sheet.open_with("DIVISION_APPARTENANCE", &[("CODE", &school.divisions[division].code)])?;
        sheet.leaf("EFFECTIF_PREVU", &count.to_string())?;
        sheet.leaf("EFFECTIF_CALCULE", &count.to_string())?;
        sheet.close("DIVISION_APPARTENANCE")?;
    }
    sheet.close("DIVISIONS_APPARTENANCE")
}
