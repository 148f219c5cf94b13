//! The programmes: the levels of both degrees; of the collège, subjects with their national codes, and the weekly hours of each level (26 hours for every pupil).

/// A level. Those of the collège have a national programme (MEF); the premier degré counts by the name of the level alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    Sixth,
    Fifth,
    Fourth,
    Third,
    /// Cours préparatoire, élémentaires and moyens: CP, CE1, CE2, CM1, CM2.
    Preparatory,
    FirstElementary,
    SecondElementary,
    FirstMiddle,
    SecondMiddle,
}

impl Level {
    pub const ALL: [Self; 4] = [Self::Sixth, Self::Fifth, Self::Fourth, Self::Third];

    pub const PRIMARY: [Self; 5] =
        [Self::Preparatory, Self::FirstElementary, Self::SecondElementary, Self::FirstMiddle, Self::SecondMiddle];

    /// `6`, `CE2`: how its class codes begin.
    pub fn key(self) -> &'static str {
        match self {
            Self::Sixth => "6",
            Self::Fifth => "5",
            Self::Fourth => "4",
            Self::Third => "3",
            primary => primary.label(),
        }
    }

    /// `4EME`
    pub fn label(self) -> &'static str {
        match self {
            Self::Sixth => "6EME",
            Self::Fifth => "5EME",
            Self::Fourth => "4EME",
            Self::Third => "3EME",
            Self::Preparatory => "CP",
            Self::FirstElementary => "CE1",
            Self::SecondElementary => "CE2",
            Self::FirstMiddle => "CM1",
            Self::SecondMiddle => "CM2",
        }
    }

    /// MEF, eleven digits; in a primary school the name of the level, which has none.
    pub fn mef(self) -> &'static str {
        match self {
            Self::Sixth => "10010012110",
            Self::Fifth => "10110001110",
            Self::Fourth => "10210001110",
            Self::Third => "10310019110",
            primary => primary.label(),
        }
    }

    /// MEFSTAT11, whose first four digits are the MEFSTAT4; nothing in a primary school.
    pub fn mefstat(self) -> &'static str {
        match self {
            Self::Sixth => "21110010012",
            Self::Fifth => "21120010001",
            Self::Fourth => "21150010001",
            Self::Third => "21160010019",
            _ => "",
        }
    }

    /// Age reached in the calendar year in which the school year starts, for a pupil who never repeated.
    pub(super) fn age(self) -> i16 {
        match self {
            Self::Sixth => 11,
            Self::Fifth => 12,
            Self::Fourth => 13,
            Self::Third => 14,
            Self::Preparatory => 6,
            Self::FirstElementary => 7,
            Self::SecondElementary => 8,
            Self::FirstMiddle => 9,
            Self::SecondMiddle => 10,
        }
    }
}

/// A subject of the national list, with the discipline of the posts that teach it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    pub code: &'static str,
    /// Management code, `MATHS`.
    pub short: &'static str,
    pub label: &'static str,
    /// As printed on a report, `Mathématiques`.
    pub printed: &'static str,
    pub discipline: (&'static str, &'static str),
    /// Rooms of this discipline are `<prefix><number>`.
    pub(super) room: &'static str,
    /// Weekly hours a teacher of it may hold.
    pub(super) hours_max: u16,
}

const fn line(
    code: &'static str,
    short: &'static str,
    label: &'static str,
    printed: &'static str,
    discipline: (&'static str, &'static str),
    room: (&'static str, u16),
) -> Subject {
    Subject { code, short, label, printed, discipline, room: room.0, hours_max: room.1 }
}

/// What a class of a primary school is taught as one service, without a timetable: not a code of the national list.
pub const EVERYTHING: &str = "TOUTES";

/// What English is called in a primary school, where there is no first or second language.
pub(super) const ENGLISH_AT_SCHOOL: &str = "ANGLAIS";

pub(super) const FRENCH: &str = "020700";
pub(super) const LATIN: &str = "020300";
pub(super) const ENGLISH: &str = "030201";
pub(super) const SPANISH: &str = "030602";
pub(super) const GERMAN: &str = "030102";
pub(super) const ITALIAN: &str = "030902";
pub(super) const HISTORY: &str = "043700";
pub(super) const MATHS: &str = "061300";
pub(super) const PHYSICS: &str = "062300";
pub(super) const BIOLOGY: &str = "062900";
pub(super) const TECHNOLOGY: &str = "070800";
pub(super) const MUSIC: &str = "081300";
pub(super) const ARTS: &str = "090100";
pub(super) const SPORT: &str = "100100";

const LETTERS: (&str, &str) = ("L0202", "LETTRES MODERNES");

/// Every subject taught.
pub const SUBJECTS: &[Subject] = &[
    line(FRENCH, "FRANC", "FRANCAIS", "Français", LETTERS, ("1", 18)),
    line(LATIN, "LCALA", "LANGUES ET CULTURES DE L'ANTIQUITE LATIN", "Latin", LETTERS, ("1", 18)),
    line(ENGLISH, "AGL1", "ANGLAIS LV1", "Anglais LV1", ("L0422", "ANGLAIS"), ("2", 18)),
    line(SPANISH, "ESP2", "ESPAGNOL LV2", "Espagnol LV2", ("L0426", "ESPAGNOL"), ("2", 18)),
    line(GERMAN, "ALL2", "ALLEMAND LV2", "Allemand LV2", ("L0421", "ALLEMAND"), ("2", 18)),
    line(ITALIAN, "ITA2", "ITALIEN LV2", "Italien LV2", ("L0429", "ITALIEN"), ("2", 18)),
    line(HISTORY, "HI-GE", "HISTOIRE-GEOGRAPHIE", "Histoire-géographie", ("L1000", "HISTOIRE GEOGRAPHIE"), ("1", 18)),
    line(MATHS, "MATHS", "MATHEMATIQUES", "Mathématiques", ("L1300", "MATHEMATIQUES"), ("2", 18)),
    line(PHYSICS, "PH-CH", "PHYSIQUE-CHIMIE", "Physique-chimie", ("L1500", "SCIENCES PHYSIQUES"), ("PC", 18)),
    line(
        BIOLOGY,
        "SVT",
        "SCIENCES DE LA VIE ET DE LA TERRE",
        "Sciences de la vie et de la Terre",
        ("L1600", "SCIENCES DE LA VIE ET DE LA TERRE"),
        ("SVT", 18),
    ),
    line(TECHNOLOGY, "TECHN", "TECHNOLOGIE", "Technologie", ("L1400", "TECHNOLOGIE"), ("TEC", 18)),
    line(MUSIC, "EDMUS", "EDUCATION MUSICALE", "Éducation musicale", ("L1700", "EDUCATION MUSICALE"), ("MUS", 20)),
    line(ARTS, "A-PLA", "ARTS PLASTIQUES", "Arts plastiques", ("L1800", "ARTS PLASTIQUES"), ("ART", 20)),
    line(
        SPORT,
        "EPS",
        "EDUCATION PHYSIQUE ET SPORTIVE",
        "Éducation physique et sportive",
        ("L1900", "EDUCATION PHYSIQUE ET SPORTIVE"),
        ("GYM", 20),
    ),
];

/// The subject of a code.
pub fn subject(code: &str) -> Option<&'static Subject> {
    SUBJECTS.iter().find(|subject| subject.code == code)
}

/// Weekly lessons of one subject for a whole class.
pub(super) struct Part {
    pub(super) subject: &'static str,
    /// Lessons of one hour.
    pub(super) singles: u16,
    /// Lessons of two hours in a row.
    pub(super) doubles: u16,
    /// One more hour every other week.
    pub(super) fortnightly: bool,
}

impl Part {
    pub(super) fn half_hours(&self) -> u16 {
        self.singles * 2 + self.doubles * 4 + u16::from(self.fortnightly)
    }
}

const fn part(subject: &'static str, singles: u16, doubles: u16, fortnightly: bool) -> Part {
    Part { subject, singles, doubles, fortnightly }
}

const SIXTH: &[Part] = &[
    part(FRENCH, 4, 0, true),
    part(MATHS, 4, 0, true),
    part(ENGLISH, 4, 0, false),
    part(HISTORY, 3, 0, false),
    part(BIOLOGY, 2, 0, false),
    part(TECHNOLOGY, 2, 0, false),
    part(SPORT, 0, 2, false),
    part(ARTS, 1, 0, false),
    part(MUSIC, 1, 0, false),
];

const MIDDLE: &[Part] = &[
    part(FRENCH, 4, 0, true),
    part(MATHS, 3, 0, true),
    part(ENGLISH, 3, 0, false),
    part(HISTORY, 3, 0, false),
    part(BIOLOGY, 1, 0, false),
    part(PHYSICS, 1, 0, false),
    part(TECHNOLOGY, 1, 0, true),
    part(SPORT, 1, 1, false),
    part(ARTS, 1, 0, false),
    part(MUSIC, 1, 0, false),
];

const THIRD: &[Part] = &[
    part(FRENCH, 4, 0, false),
    part(MATHS, 3, 0, true),
    part(ENGLISH, 3, 0, false),
    part(HISTORY, 3, 0, true),
    part(BIOLOGY, 1, 0, false),
    part(PHYSICS, 1, 0, false),
    part(TECHNOLOGY, 1, 0, true),
    part(SPORT, 1, 1, false),
    part(ARTS, 1, 0, false),
    part(MUSIC, 1, 0, false),
];

/// The whole-class hours of a level. From the 5e on, two and a half hours of second language and one of sciences in half-class come on top.
pub(super) fn hours(level: Level) -> &'static [Part] {
    match level {
        Level::Sixth => SIXTH,
        Level::Fifth | Level::Fourth => MIDDLE,
        Level::Third => THIRD,
        _ => &[],
    }
}
