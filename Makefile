# Thin names over cargo.

.PHONY: demo test lint

# Builds the program, loads the bundled examples into demo.db and shows what they say.
demo:
	cargo run -- demo --force

# All tests, on SQLite and on PostgreSQL. Real datasets are read where NIANLUN_DATA points to them (docs/data.md); unset,
# their tests are reported as ignored.
test:
	tests/with-postgres.sh cargo test --workspace -- $(if $(NIANLUN_DATA),--include-ignored)

lint:
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- --deny warnings
