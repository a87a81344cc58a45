//! `touchmark account`.

use std::io::{BufRead as _, Read as _};

use serde_json::json;

use super::account_arguments::{AccountArguments, AccountCommand, CreateAccountArguments};
use super::arguments::Global;
use super::exit::Outcome;
use super::failure::Failure;
use super::local;
use super::output::Output;
use crate::account::Password;
use crate::operations::accounts::{create_account, rotate_signing_key, set_account_disabled, set_account_tier};

/// Bytes of a password that are read.
const PASSWORD_BYTES: u64 = 4_096;

/// Makes or changes an account in the data folder of this machine.
pub(super) async fn run(global: &Global, arguments: AccountArguments, output: &Output) -> Result<Outcome, Failure> {
    let services = local::open(global).await?;
    let (body, line) = match arguments.command {
        AccountCommand::Create(arguments) => {
            let (password, is_drawn) = password_of(&arguments)?;
            let shown = is_drawn.then(|| password.clone());
            let id =
                create_account(&services, &arguments.email, password, arguments.name.as_deref(), arguments.tier.into())
                    .await?;
            let line = match &shown {
                Some(password) => format!("{id}\npassword: {password}\nIt is shown this once.\n"),
                None => format!("{id}\n"),
            };
            (json!({ "id": id, "password": shown }), line)
        }
        AccountCommand::Tier(arguments) => {
            let id = set_account_tier(&services, &arguments.email, arguments.tier.into()).await?;
            (json!({ "id": id }), format!("{id}\n"))
        }
        AccountCommand::Lock(account) => {
            let id = set_account_disabled(&services, &account.email, true).await?;
            (json!({ "id": id }), format!("{id} is locked\n"))
        }
        AccountCommand::Unlock(account) => {
            let id = set_account_disabled(&services, &account.email, false).await?;
            (json!({ "id": id }), format!("{id} is open\n"))
        }
        AccountCommand::RotateKey => {
            let id = rotate_signing_key(&services).await?;
            (json!({ "key_id": id }), format!("tokens are signed with {id} within a minute\n"))
        }
    };
    if output.json {
        output.pretty(&body.to_string())?;
    } else {
        output.text(&line)?;
    }
    Ok(Outcome::Done)
}

/// Returns the password, and whether it was drawn here.
fn password_of(arguments: &CreateAccountArguments) -> Result<(String, bool), Failure> {
    if !arguments.password_stdin {
        return Ok((Password::draw().map_err(crate::operations::accounts::ManageError::from)?, true));
    }
    let mut line = String::new();
    std::io::BufReader::new(std::io::stdin().lock().take(PASSWORD_BYTES)).read_line(&mut line)?;
    Ok((line.trim_end_matches(['\r', '\n']).to_owned(), false))
}
