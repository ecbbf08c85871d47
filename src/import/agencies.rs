//! Which agency a row is of: by the code that the run is for, or by the name that its cell gives.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use super::message::code;
use crate::agency::is_code;
use crate::error::{Error, Result};
use crate::hangul;
use crate::identity::abbreviated;
use crate::store::Store;

/// The names of agencies, as sheets may give them.
#[derive(Clone, Debug, Default)]
pub struct AgencyNames {
    /// Codes of the agencies that bear a name, folded.
    named: HashMap<String, Vec<String>>,
    /// Name of each, and whether it still is.
    known: HashMap<String, (String, bool)>,
}

impl AgencyNames {
    /// Adds an agency with its names, folded.
    pub fn know(&mut self, code: &str, name: &str, is_active: bool, spellings: impl IntoIterator<Item = String>) {
        self.known.insert(code.to_owned(), (name.to_owned(), is_active));
        spellings.into_iter().for_each(|spelling| self.also(code, spelling));
    }

    /// Adds another name of an agency, folded.
    pub fn also(&mut self, code: &str, spelling: String) {
        let codes = self.named.entry(spelling).or_default();
        if !codes.iter().any(|other| other == code) {
            codes.push(code.to_owned());
        }
    }

    /// Name of the agency with that code.
    #[must_use]
    pub fn name(&self, code: &str) -> Option<&str> {
        self.known.get(code).map(|(name, _)| name.as_str())
    }
}

/// Which agencies a run is for.
#[derive(Clone, Debug, Default)]
pub struct AgencyScope {
    /// Every agency by name.
    pub names: AgencyNames,
    /// Agency of the rows that name none, or one that is not known, with those below it.
    pub stated: Option<(String, HashSet<String>)>,
    /// Those that the bearer of the token may bring documents of; `None` for all.
    pub allowed: Option<HashSet<String>>,
}

/// Why a row's agency is not settled: code and message.
pub type Unsettled = (&'static str, String);

impl AgencyScope {
    /// The scope of a run: `own` is the agency for which the bearer of a token acts, `stated` the code of the agency that the documents are said to be of.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for a code that the register lacks, `Forbidden` for an agency that the bearer does not act for; those of the database.
    pub async fn of(store: &Store, own: Option<Uuid>, stated: Option<&str>) -> Result<Self> {
        let allowed = match own {
            Some(own) => Some(store.codes_at_or_below(own).await?),
            None => None,
        };
        let stated = match stated {
            Some(code) => {
                let Some(agency) = store.agency_coded(code).await? else {
                    return Err(Error::input(format!(
                        "the register has no agency with the code \"{}\"; `agencies(filter: {{name: …}})` tells the codes that there are, and a native document adds others (docs/document-format.md)",
                        abbreviated(code)
                    )));
                };
                if allowed.as_ref().is_some_and(|allowed| !allowed.contains(code)) {
                    return Err(Error::Forbidden);
                }
                Some((code.to_owned(), store.codes_at_or_below(agency).await?))
            }
            None => None,
        };
        Ok(Self { names: store.agency_names().await?, stated, allowed })
    }

    /// Code of the agency that a row is of. A name that the register lacks is taken for the agency that the run is for, which the second value tells.
    ///
    /// # Errors
    /// Code and message that says how to mend it.
    pub fn settle(&self, written: Option<&str>) -> Result<(String, Option<String>), Unsettled> {
        let (found, note) = self.found(written)?;
        if self.allowed.as_ref().is_some_and(|allowed| !allowed.contains(&found)) {
            let name = self.names.name(&found).unwrap_or(&found);
            return Err((code::AGENCY_FORBIDDEN, format!("the token brings documents of its own agency and those below it; {name} ({found}) is none of them")));
        }
        Ok((found, note))
    }

    fn found(&self, written: Option<&str>) -> Result<(String, Option<String>), Unsettled> {
        let stated = self.stated.as_ref();
        let Some(written) = written.map(str::trim).filter(|written| !written.is_empty()) else {
            return match stated {
                Some((code, _)) => Ok((code.clone(), None)),
                None => Err((
                    code::AGENCY_REQUIRED,
                    "no agency is named: give the sheet a column 기관명, or say for which agency the document is, by its code (`--agency CODE`, `?agency=CODE`)"
                        .to_owned(),
                )),
            };
        };
        let shown = abbreviated(written);
        let mut codes: Vec<&String> = match self.names.known.get_key_value(written).filter(|_| is_code(written)) {
            Some((code, _)) => vec![code],
            None => self.names.named.get(&hangul::folded(written)).into_iter().flatten().collect(),
        };
        let named = codes.len();
        if let Some((_, below)) = stated {
            codes.retain(|code| below.contains(*code));
        }
        if let (0, Some((stated, _))) = (codes.len(), stated) {
            if named > 0 {
                let name = self.names.name(stated).unwrap_or(stated);
                return Err((code::AGENCY_FORBIDDEN, format!("\"{shown}\" is neither {name} ({stated}), which the document is said to be of, nor below it")));
            }
            return Ok((stated.clone(), Some(format!("the register has no agency named \"{shown}\"; its rows are taken for those of {stated}"))));
        }
        if codes.len() > 1 {
            let is_active = |code: &&String| self.names.known.get(*code).is_some_and(|(_, is_active)| *is_active);
            if codes.iter().any(is_active) {
                codes.retain(is_active);
            }
        }
        match codes[..] {
            [code] => Ok((code.clone(), None)),
            [] => Err((
                code::AGENCY_NOT_FOUND,
                format!(
                    "the register has no agency named \"{shown}\"; write its name or code as `agencies(filter: {{name: …}})` has it, or say by its code whose document it is (`--agency CODE`, `?agency=CODE`)"
                ),
            )),
            _ => {
                let codes: Vec<&str> = codes.iter().take(10).map(|code| code.as_str()).collect();
                let message = format!(
                    "several agencies are named \"{shown}\": {}; write the code in place of the name, or say by its code whose document it is",
                    codes.join(", ")
                );
                Err((code::AGENCY_AMBIGUOUS, message))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(stated: Option<&str>, allowed: Option<&[&str]>) -> AgencyScope {
        let mut names = AgencyNames::default();
        for (code, name, is_active) in [
            ("1000000", "시험청", true),
            ("1000001", "시험청 남부지소", true),
            ("2000000", "중구청", true),
            ("2000001", "중구청", true),
            ("3000000", "옛청", false),
            ("3000001", "옛청", true),
        ] {
            names.know(code, name, is_active, [hangul::folded(name)]);
        }
        let below = HashSet::from(["1000000".to_owned(), "1000001".to_owned()]);
        AgencyScope {
            names,
            stated: stated.map(|code| (code.to_owned(), below)),
            allowed: allowed.map(|codes| codes.iter().map(|code| (*code).to_owned()).collect()),
        }
    }

    #[test]
    fn agencies_of_rows() {
        for (stated, written, expected) in [
            (None, Some(" 시험청"), Ok("1000000")),
            (None, Some("2000001"), Ok("2000001")),
            (None, Some("옛청"), Ok("3000001")),
            (None, Some("중구청"), Err(code::AGENCY_AMBIGUOUS)),
            (None, Some("없는청"), Err(code::AGENCY_NOT_FOUND)),
            (None, None, Err(code::AGENCY_REQUIRED)),
            (Some("1000000"), None, Ok("1000000")),
            (Some("1000000"), Some("시험청 남부지소"), Ok("1000001")),
            (Some("1000000"), Some("없는청"), Ok("1000000")),
            (Some("1000000"), Some("중구청"), Err(code::AGENCY_FORBIDDEN)),
        ] {
            let settled = scope(stated, None).settle(written);
            assert_eq!(settled.as_ref().map(|(code, _)| code.as_str()).map_err(|(code, _)| *code), expected, "{stated:?} {written:?}");
        }
        assert_eq!(scope(None, Some(&["1000000"])).settle(Some("2000000")).unwrap_err().0, code::AGENCY_FORBIDDEN);
        assert!(scope(Some("1000000"), None).settle(Some("없는청")).unwrap().1.is_some());
    }
}
