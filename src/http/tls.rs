//! TLS: the certificate that the service shows, and how it is renewed.

use std::io;
use std::sync::{Arc, PoisonError, RwLock};

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use super::access::TlsSettings;

/// Why a certificate cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("certificate {certificate}, key {key}: {reason}; both must be PEM, and of each other")]
pub struct TlsError {
    /// The certificate.
    certificate: String,
    /// The key.
    key: String,
    /// Why.
    reason: io::Error,
}

/// The certificate that new connections are shown.
pub struct Tls {
    settings: TlsSettings,
    config: RwLock<Arc<ServerConfig>>,
}

impl Tls {
    /// Reads it.
    ///
    /// # Errors
    /// [`TlsError`].
    pub fn new(settings: TlsSettings) -> Result<Self, TlsError> {
        let config = RwLock::new(Arc::new(read(&settings)?));
        Ok(Self { settings, config })
    }

    /// Reads it again. Connections that are there keep the one that they were shown; so do new ones if this fails.
    ///
    /// # Errors
    /// [`TlsError`].
    pub fn renew(&self) -> Result<(), TlsError> {
        let config = Arc::new(read(&self.settings)?);
        *self.config.write().unwrap_or_else(PoisonError::into_inner) = config;
        Ok(())
    }

    /// What shakes hands with the next connection.
    pub(super) fn acceptor(&self) -> TlsAcceptor {
        let config = self.config.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&config).into()
    }
}

fn read(settings: &TlsSettings) -> Result<ServerConfig, TlsError> {
    let read = || {
        let chain = CertificateDer::pem_file_iter(&settings.certificate)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(io::Error::other)?;
        let key = PrivateKeyDer::from_pem_file(&settings.key).map_err(io::Error::other)?;
        let mut config = ServerConfig::builder_with_provider(ring::default_provider().into())
            .with_safe_default_protocol_versions()
            .and_then(|config| {
                let config = config.with_no_client_auth();
                config.with_single_cert(chain, key)
            })
            .map_err(io::Error::other)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(config)
    };
    read().map_err(|reason| TlsError {
        certificate: settings.certificate.display().to_string(),
        key: settings.key.display().to_string(),
        reason,
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_certificate_that_cannot_be_used_leaves_the_one_before() {
        let folder = tempfile::tempdir().expect("a folder");
        let made = || {
            let names = vec!["localhost".to_owned()];
            let made = rcgen::generate_simple_self_signed(names).expect("a certificate");
            (made.cert.pem(), made.signing_key.serialize_pem())
        };
        let settings = TlsSettings {
            certificate: folder.path().join("a.pem"),
            key: folder.path().join("a.key"),
        };
        let (chain, key) = made();
        fs::write(&settings.certificate, &chain).expect("written");
        fs::write(&settings.key, key).expect("written");
        let tls = Tls::new(settings.clone()).expect("of each other");
        let shown = || Arc::clone(tls.acceptor().config());
        let first = shown();
        for (certificate, other) in [
            (chain.clone(), made().1),
            (chain, "no key".to_owned()),
            (String::new(), made().1),
        ] {
            fs::write(&settings.certificate, certificate).expect("written");
            fs::write(&settings.key, other).expect("written");
            let refused = tls.renew().expect_err("not of each other").to_string();
            assert!(
                refused.contains("a.pem") && refused.contains("a.key"),
                "{refused}"
            );
            assert!(Arc::ptr_eq(&shown(), &first));
        }
        let (chain, key) = made();
        fs::write(&settings.certificate, chain).expect("written");
        fs::write(&settings.key, key).expect("written");
        tls.renew().expect("of each other");
        assert!(!Arc::ptr_eq(&shown(), &first));
    }
}
