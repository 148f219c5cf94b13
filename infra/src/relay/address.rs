//! Where the NATS servers are, and who we are to them, as one line of text.

use async_nats::{ConnectOptions, ServerAddr};

/// What was given is no address of a NATS server.
#[derive(Debug, thiserror::Error)]
#[error("no address of a NATS server ({0}): give nats://host:4222, or several with commas between")]
pub struct BadAddress(std::io::Error);

pub(super) struct Address {
    pub servers: Vec<ServerAddr>,
    /// A user and a password, or a token alone: the client does not read them in the address.
    login: Option<(String, Option<String>)>,
}

impl Address {
    pub(super) fn parse(text: &str) -> Result<Self, BadAddress> {
        let servers = text.split(',').map(|server| server.trim().parse()).collect::<Result<Vec<ServerAddr>, _>>();
        let servers = servers.map_err(BadAddress)?;
        let login =
            servers.iter().find_map(|server| Some((decoded(server.username()?), server.password().map(decoded))));
        Ok(Self { servers, login })
    }

    pub(super) fn options(&self) -> ConnectOptions {
        match self.login.clone() {
            None => ConnectOptions::new(),
            Some((user, Some(password))) => ConnectOptions::with_user_and_password(user, password),
            Some((token, None)) => ConnectOptions::with_token(token),
        }
    }
}

/// `%40` is `@` in the login of an address (RFC 3986 §2.1).
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, others)) = rest.split_first() {
        let escaped = others.first_chunk::<2>().filter(|_| first == b'%');
        let byte = escaped.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        bytes.push(byte.unwrap_or(first));
        rest = if byte.is_some() { &others[2..] } else { others };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_read_in_the_address() {
        let login = |text: &str| Address::parse(text).unwrap().login;
        assert_eq!(login("nats://one:4222, nats://two:4222"), None);
        assert_eq!(login("nats://relay:p%40ss%25@one"), Some(("relay".into(), Some("p@ss%".into()))));
        assert_eq!(login("one:4222,tls://s3cret@two:4222"), Some(("s3cret".into(), None)));
    }

    #[test]
    fn an_address_that_is_none_is_refused_without_its_login() {
        let said = Address::parse("http://relay:s3cret@one").err().unwrap().to_string();
        assert!(said.contains("nats://host:4222") && !said.contains("s3cret"), "{said}");
    }
}
