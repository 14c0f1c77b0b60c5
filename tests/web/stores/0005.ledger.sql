PRAGMA application_id=1380994119;
PRAGMA user_version=4;
BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0004');
CREATE TABLE documents (
	nation TEXT NOT NULL, 
	number INTEGER NOT NULL, 
	"key" TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	day TEXT NOT NULL, 
	booked INTEGER NOT NULL, 
	asked TEXT NOT NULL, 
	body TEXT NOT NULL, 
	hash TEXT NOT NULL, 
	reverses TEXT, 
	PRIMARY KEY (nation, number), 
	UNIQUE (nation, "key"), 
	UNIQUE (nation, reverses)
)
 STRICT

;
INSERT INTO "documents" VALUES('XAA',1,'2025-01|production|2025-01-31|||||round|||serviceable','production','2025-01-31',1796047750549355,'f4bc1985c95f3aaa144ff2c8338bcc1185d5f22ac0dd5e2a729f18030a4a242f','{"author":"edith","day":"2025-01-31","grade":"assumed","key":"2025-01|production|2025-01-31|||||round|||serviceable","kind":"production","lines":[{"item":"round","quantity":70}],"nation":"XAA","source":"list 1"}','56a9c98331c3f260f9d3d21843fa62a9ac356417b188ef6ca2c3c7c103fb559e',NULL);
INSERT INTO "documents" VALUES('XAA',2,'return 2025-01 r1','return','2025-01-31',1796047750549355,'3c16a033d3d4f2418069495befc175cb988b97ca7190fe26bad32c073090f74f','{"author":"edith","day":"2025-01-31","grade":"assumed","key":"return 2025-01 r1","kind":"return","lines":[{"about":"production","item":"round","quantity":70,"told":"{\"day\": \"2025-01-31\"}"}],"nation":"XAA","source":"list 1"}','0810e443446671cd7c19a96a4d56bd3252853946022dfed9dd358fdb5fe2b15a',NULL);
CREATE TABLE entries (
	nation TEXT NOT NULL, 
	number INTEGER NOT NULL, 
	place INTEGER NOT NULL, 
	account TEXT NOT NULL, 
	owner TEXT NOT NULL, 
	holder TEXT NOT NULL, 
	site TEXT NOT NULL, 
	item TEXT NOT NULL, 
	lot TEXT NOT NULL, 
	condition TEXT NOT NULL, 
	"of" TEXT NOT NULL, 
	day TEXT NOT NULL, 
	booked INTEGER NOT NULL, 
	quantity INTEGER NOT NULL, 
	expires TEXT NOT NULL, 
	PRIMARY KEY (nation, number, place), 
	FOREIGN KEY(nation, number) REFERENCES documents (nation, number)
)
 WITHOUT ROWID,
 STRICT

;
INSERT INTO "entries" VALUES('XAA',1,0,'stock','XAA','XAA','','round','','serviceable','','2025-01-31',1796047750549355,70,'');
INSERT INTO "entries" VALUES('XAA',1,1,'made','XAA','XAA','','round','','serviceable','','2025-01-31',1796047750549355,-70,'');
CREATE INDEX entries_by_account ON entries (nation, account, owner, holder, site, item, lot, condition, "of", day, booked, quantity);
CREATE INDEX entries_by_lot ON entries (nation, item, lot, expires) WHERE expires <> '';
CREATE TRIGGER documents_never_updated BEFORE UPDATE ON documents BEGIN SELECT RAISE(ABORT, 'the ledger is only added to'); END;
CREATE TRIGGER documents_never_deleted BEFORE DELETE ON documents BEGIN SELECT RAISE(ABORT, 'the ledger is only added to'); END;
CREATE TRIGGER entries_never_updated BEFORE UPDATE ON entries BEGIN SELECT RAISE(ABORT, 'the ledger is only added to'); END;
CREATE TRIGGER entries_never_deleted BEFORE DELETE ON entries BEGIN SELECT RAISE(ABORT, 'the ledger is only added to'); END;
CREATE INDEX documents_that_rename ON documents (nation, number) WHERE kind = 'renaming';
COMMIT;
