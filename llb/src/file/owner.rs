//! Owners of files.

use std::fmt;
use std::str::FromStr;

use buildkit_proto::pb;

/// A user or a group, by number or by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Account {
    /// A number.
    Id(u32),
    /// A name, looked up in `/etc/passwd` or `/etc/group` of the file system that the action changes.
    Name(String),
}

/// Who a file belongs to.
///
/// Shape: `user` or `user:group`, each a number or a name.
///
/// ```
/// use buildkit_llb::file::Owner;
///
/// assert_eq!("1000:1000".parse(), Ok(Owner::ids(1000, 1000)));
/// assert_eq!("app:staff".parse::<Owner>().unwrap().to_string(), "app:staff");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    user: Account,
    group: Option<Account>,
}

/// A text that is no owner.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("parse the owner `{text}`: expected `user` or `user:group`, each a number or a name")]
pub struct OwnerError {
    text: String,
}

impl Owner {
    /// A user and a group by number.
    #[must_use]
    pub fn ids(uid: u32, gid: u32) -> Self {
        Self { user: Account::Id(uid), group: Some(Account::Id(gid)) }
    }

    /// A user, and a group if it is not the user's own.
    #[must_use]
    pub fn new(user: Account, group: Option<Account>) -> Self {
        Self { user, group }
    }

    pub(super) fn is_named(&self) -> bool {
        let named = |account: &Account| matches!(account, Account::Name(_));
        named(&self.user) || self.group.as_ref().is_some_and(named)
    }

    /// The owner on the wire; names are looked up in the input at this place.
    pub(super) fn to_pb(&self, input: i64) -> pb::ChownOpt {
        pb::ChownOpt {
            user: Some(self.user.to_pb(input)),
            group: self.group.as_ref().map(|group| group.to_pb(input)),
        }
    }
}

impl Account {
    fn parse(text: &str) -> Option<Self> {
        if text.is_empty() || text.contains(':') {
            return None;
        }
        Some(text.parse().map_or_else(|_| Self::Name(text.to_owned()), Self::Id))
    }

    fn to_pb(&self, input: i64) -> pb::UserOpt {
        let user = match self {
            Self::Id(id) => pb::user_opt::User::ById(*id),
            Self::Name(name) => pb::user_opt::User::ByName(pb::NamedUserOpt { name: name.clone(), input }),
        };
        pb::UserOpt { user: Some(user) }
    }
}

impl FromStr for Owner {
    type Err = OwnerError;

    fn from_str(text: &str) -> Result<Self, OwnerError> {
        let error = || OwnerError { text: text.to_owned() };
        let (user, group) = text.split_once(':').map_or((text, None), |(user, group)| (user, Some(group)));
        let user = Account::parse(user).ok_or_else(error)?;
        let group = group.map(|group| Account::parse(group).ok_or_else(error)).transpose()?;
        Ok(Self { user, group })
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => write!(f, "{id}"),
            Self::Name(name) => f.write_str(name),
        }
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.user)?;
        self.group.as_ref().map_or(Ok(()), |group| write!(f, ":{group}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owners_read_back_as_they_are_written() {
        for text in ["0", "1000:1000", "app", "app:1000", "65532:staff"] {
            assert_eq!(text.parse::<Owner>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn half_an_owner_is_refused() {
        for text in ["", ":", "a:", ":b", "a:b:c"] {
            assert!(text.parse::<Owner>().is_err(), "{text}");
        }
    }
}
