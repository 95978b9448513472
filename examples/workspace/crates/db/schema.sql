-- The depot's tables. The build script of this crate reads this file.

CREATE TABLE parcels (
    id          INTEGER PRIMARY KEY,
    recipient   TEXT NOT NULL,
    grams       INTEGER NOT NULL
);

CREATE TABLE routes (
    code        TEXT PRIMARY KEY,
    stops       INTEGER NOT NULL
);
