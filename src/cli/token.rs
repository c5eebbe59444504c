//! `nianlun token create|list|revoke`

use jiff::Timestamp;

use super::app::App;
use super::args::{Format, Global, TokenCommand};
use super::error::CliError;
use super::sheet::{Cell, Sheet, column, say};
use crate::http::access::{NewToken, TokenError, issue};
use crate::store::{Token, system_clock};

pub async fn run(global: &Global, command: TokenCommand) -> Result<(), CliError> {
    match command {
        TokenCommand::Create {
            actor,
            roles,
            carriers,
            read_only,
            days,
            by,
        } => {
            // The first token may come before the first record.
            let app = App::open(global).await?;
            let wanted = NewToken {
                actor,
                roles: roles.into_iter().collect(),
                carriers,
                read_only,
                days,
            };
            let made = issue(app.store.as_ref(), wanted, &by).await;
            let (secret, token) = made.map_err(|error| match error {
                TokenError::Store(error) => CliError::Store(error),
                refused => CliError::Usage(refused.to_string()),
            })?;
            say(secret)?;
            let until = time(&app, token.expires_at);
            let id = token.id;
            eprintln!(
                "{}",
                match app.lang {
                    super::args::Lang::Zh =>
                        format!("令牌 {id}，有效至 {until}。密钥仅显示这一次，请妥善保存。"),
                    super::args::Lang::En => format!(
                        "token {id}, valid until {until}. Its secret is shown only now: keep it safe."
                    ),
                }
            );
        }
        TokenCommand::List { format } => {
            let app = App::open_existing(global).await?;
            list(&app, format).await?;
        }
        TokenCommand::Revoke { id } => {
            let app = App::open_existing(global).await?;
            let revoked = app.store.revoke_token(id, system_clock()).await?;
            let known = revoked || app.store.tokens().await?.iter().any(|token| token.id == id);
            if !known {
                return Err(CliError::Usage(format!(
                    "there is no token {id}; `nianlun token list` shows those there are"
                )));
            }
            say(format_args!(
                "{} {id}",
                app.pick("已吊销令牌", "revoked token")
            ))?;
        }
    }
    Ok(())
}

fn time(app: &App, at: i64) -> String {
    let time = Timestamp::from_microsecond(at).map(|time| time.to_string());
    app.time(&time.unwrap_or_default())
}

fn state(app: &App, token: &Token) -> &'static str {
    match token.state(system_clock()) {
        "valid" => app.pick("有效", "valid"),
        "expired" => app.pick("过期", "expired"),
        _ => app.pick("已吊销", "revoked"),
    }
}

async fn list(app: &App, format: Format) -> Result<(), CliError> {
    let tokens = app.store.tokens().await?;
    let rows = tokens.iter().map(|token| {
        vec![
            token.id.to_string().into(),
            state(app, token).into(),
            token.actor.as_str().into(),
            Cell::List(token.roles.clone()),
            Cell::List(token.carriers.clone()),
            if token.read_only {
                app.pick("只读", "read only").into()
            } else {
                Cell::Nothing
            },
            time(app, token.expires_at).into(),
            token.created_by.as_str().into(),
        ]
    });
    let sheet = Sheet {
        title: String::new(),
        columns: vec![
            column("id", "令牌", "token"),
            column("state", "状态", "state"),
            column("actor", "使用者", "actor"),
            column("roles", "角色", "roles"),
            column("carriers", "载体", "carriers"),
            column("read_only", "只读", "read only"),
            column("expires", "有效至", "expires"),
            column("created_by", "签发人", "made by"),
        ],
        rows: rows.collect(),
        notes: vec![],
    };
    Ok(sheet.print(format, app.lang)?)
}
