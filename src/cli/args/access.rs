//! Who is let in, as `serve` takes it.

use std::path::PathBuf;

use clap::Args;

use crate::http::access::{AccessSettings, OidcSettings, TlsSettings};

/// Who is let in (docs/access.md), over what the section `access` of the settings says.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Access (docs/access.md)")]
pub struct AccessArgs {
    /// Ask for a token also on this machine
    #[arg(long)]
    pub require_token: bool,
    /// `iss` of the tokens of an identity provider
    #[arg(long, value_name = "ISSUER", requires_all = ["oidc_audience", "oidc_jwks"])]
    pub oidc_issuer: Option<String>,
    /// `aud` of those that are meant for this service
    #[arg(long, value_name = "AUDIENCE", requires = "oidc_issuer")]
    pub oidc_audience: Option<String>,
    /// The provider's keys: the address of its JWK set, or a file
    #[arg(long, value_name = "URL|FILE", requires = "oidc_issuer")]
    pub oidc_jwks: Option<String>,
    /// The chain of certificates to serve HTTPS with, PEM
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// Its key, PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    /// An origin whose pages may call the service
    #[arg(long = "cors-origin", value_name = "ORIGIN", value_delimiter = ',')]
    pub origins: Vec<String>,
    /// Who records on this machine where no token is asked for
    #[arg(long, env = "USER", default_value = "local")]
    pub actor: String,
}

impl AccessArgs {
    /// What is said here, over what is set elsewhere.
    #[must_use]
    pub fn over(&self, mut settings: AccessSettings) -> AccessSettings {
        settings.required |= self.require_token;
        if let (Some(issuer), Some(audience), Some(jwks)) =
            (&self.oidc_issuer, &self.oidc_audience, &self.oidc_jwks)
        {
            let said = OidcSettings::new(issuer.clone(), audience.clone(), jwks.clone());
            settings.oidc = Some(match settings.oidc {
                None => said,
                Some(set) => OidcSettings {
                    issuer: said.issuer,
                    audience: said.audience,
                    jwks: said.jwks,
                    ..set
                },
            });
        }
        if let (Some(certificate), Some(key)) = (&self.tls_cert, &self.tls_key) {
            settings.tls = Some(TlsSettings {
                certificate: certificate.clone(),
                key: key.clone(),
            });
        }
        if !self.origins.is_empty() {
            settings.origins.clone_from(&self.origins);
        }
        settings
    }
}
