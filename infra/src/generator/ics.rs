//! The calendar of a primary school: each half-day of each class, repeated through the year but for the days without school.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use jiff::civil::{Date, DateTime};

use super::calendar::plus_days;
use super::programme::{ENGLISH_AT_SCHOOL, EVERYTHING};
use super::school::{School, Service, Slot};

/// Octets of a line, the end apart (RFC 5545 §3.1).
const LINE_OCTETS: usize = 75;

/// Writes it and returns its path; the UAI is in its name.
pub(super) fn write(school: &School, dir: &Path) -> io::Result<PathBuf> {
    let path = dir.join(format!("edt_{}_{}.ics", school.uai, school.calendar.starts_on.year()));
    let mut out = BufWriter::new(File::create(&path)?);
    for text in ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//EDITEUR FICTIF//DEMI-JOURNEES//FR"] {
        line(&mut out, text)?;
    }
    for service in &school.services {
        for slot in &service.slots {
            event(&mut out, school, service, slot)?;
        }
    }
    line(&mut out, "END:VCALENDAR")?;
    out.flush()?;
    Ok(path)
}

fn event(out: &mut impl Write, school: &School, service: &Service, slot: &Slot) -> io::Result<()> {
    let days = |wanted: bool| {
        let mondays = school.calendar.starts_on..=school.calendar.ends_on;
        let back = i64::from(school.calendar.starts_on.weekday().to_monday_zero_offset());
        let first = plus_days(school.calendar.starts_on, i64::from(slot.day) - 1 - back);
        let all = (0..54).map(move |week| plus_days(first, week * 7)).filter(move |day| mondays.contains(day));
        all.filter(move |day| school.calendar.is_school_day(*day) == wanted)
    };
    let Some(first) = days(true).next() else { return Ok(()) };
    let moment = |day: Date| stamp(day.to_datetime(slot.starts_at));
    line(out, "BEGIN:VEVENT")?;
    line(out, &format!("UID:{}-{}-{}@{}", service.group, slot.day, slot.starts_at.strftime("%H%M"), school.uai))?;
    line(out, &format!("DTSTAMP:{}T000000Z", school.date.strftime("%Y%m%d")))?;
    line(out, &format!("DTSTART;TZID=Europe/Paris:{}", moment(first)))?;
    line(out, &format!("DURATION:PT{}M", slot.minutes))?;
    line(out, &format!("RRULE:FREQ=WEEKLY;UNTIL={}T235959Z", school.calendar.ends_on.strftime("%Y%m%d")))?;
    for day in days(false).filter(|day| *day > first) {
        line(out, &format!("EXDATE;TZID=Europe/Paris:{}", moment(day)))?;
    }
    let teachers: Vec<String> = service
        .teachers
        .iter()
        .map(|&teacher| &school.staff[teacher])
        .map(|staff| format!("{} {} {}", staff.sex.title(), staff.surname.to_uppercase(), staff.given))
        .collect();
    let said = format!(
        "DESCRIPTION:Matière : {}\\nClasse : {}\\nProfesseur : {}\\nSalle : {}\\n",
        if service.subject == EVERYTHING { "Toutes matières" } else { ENGLISH_AT_SCHOOL },
        service.group,
        teachers.join("\\, "),
        slot.room
    );
    line(out, &said)?;
    line(out, "END:VEVENT")
}

fn stamp(at: DateTime) -> String {
    at.strftime("%Y%m%dT%H%M%S").to_string()
}

/// One line, folded between characters where it is too long.
fn line(out: &mut impl Write, text: &str) -> io::Result<()> {
    let mut octets = 0;
    for letter in text.chars() {
        if octets + letter.len_utf8() > LINE_OCTETS {
            out.write_all(b"\r\n ")?;
            octets = 1;
        }
        write!(out, "{letter}")?;
        octets += letter.len_utf8();
    }
    out.write_all(b"\r\n")
}
