BEGIN TRANSACTION;
CREATE TABLE active_checkpoints (
	project_id TEXT NOT NULL, 
	checkpoint_id TEXT NOT NULL, 
	CONSTRAINT pk_active_checkpoints PRIMARY KEY (project_id), 
	CONSTRAINT fk_active_checkpoints_checkpoint_id_checkpoints FOREIGN KEY(checkpoint_id) REFERENCES checkpoints (id), 
	CONSTRAINT fk_active_checkpoints_project_id_projects FOREIGN KEY(project_id) REFERENCES projects (id)
);
INSERT INTO "active_checkpoints" VALUES('b2a0cbff-3e40-438b-9f5a-564407c19b8a','e3d84a15-8588-4f4d-853c-f8dda4b64d13');
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0002');
CREATE TABLE blobs (
	hash TEXT NOT NULL, 
	height INTEGER NOT NULL, 
	width INTEGER NOT NULL, 
	counts BLOB NOT NULL, 
	area INTEGER NOT NULL, 
	x INTEGER NOT NULL, 
	y INTEGER NOT NULL, 
	w INTEGER NOT NULL, 
	h INTEGER NOT NULL, 
	CONSTRAINT pk_blobs PRIMARY KEY (hash)
);
INSERT INTO "blobs" VALUES('218a4a404f5950786b83c5163be1ead1d3680aee637c5508072a3f47d993d5f9',32,48,X'5A33316C30364C324F3030304F32304E31303030314E344A695131',81,3,5,11,11);
INSERT INTO "blobs" VALUES('51cc651c584886c8623fe439504b334bc54ca2f49974e86387d06bb4078812b7',32,48,X'5A34316C30364C324F3030304F32304E31303030314E344A695031',81,4,5,11,11);
INSERT INTO "blobs" VALUES('6073ec7f6acd0e4d4237c5e4aaa450543d19b3868b4f6b3380e70ba485118f52',32,48,X'5A35316C30364C324F3030304F32304E31303030314E344A696F30',81,5,5,11,11);
INSERT INTO "blobs" VALUES('9ea7fb18cec0aa202d441cf9da19bb46f369f947f8a5b52420608042b2256202',32,48,X'5A36316C30364C324F3030304F32304E31303030314E344A696E30',81,6,5,11,11);
INSERT INTO "blobs" VALUES('d46fd3ffa7ea92844a687baa1dc8b1846550ba903bec77757b39d5882bec695e',32,48,X'5C6930316C30364C324F3030304F32304E31303030314E344A673B',81,25,7,11,11);
INSERT INTO "blobs" VALUES('d554340ff48f31df6b386c606c1b190e9eb85b13a0fd681ea4e481fe2ccc0f79',32,48,X'5D6930316C30364C324F3030304F32304E31303030314E344A663B',81,25,8,11,11);
INSERT INTO "blobs" VALUES('d12f05f7eedad87faed6a5e5531c3adf0416dfb6db11787efb886f17dc656185',32,48,X'5E6930316C30364C324F3030304F32304E31303030314E344A653B',81,25,9,11,11);
INSERT INTO "blobs" VALUES('3d3372170957df25fd39ac1074293fb33c64314da6b796e2d051adeee6ea6459',32,48,X'5F6930316C30364C324F3030304F32304E31303030314E344A643B',81,25,10,11,11);
INSERT INTO "blobs" VALUES('5d95b47952a816f826aca24b6c4030628d84cec3486713dcfd936baa64177dcb',32,48,X'606930316C30364C324F3030304F32304E31303030314E344A633B',81,25,11,11,11);
INSERT INTO "blobs" VALUES('93a122e5c4aa9ab190843adb0a73efff950037929a7b1b6fb0c21646602a04de',32,48,X'616930316C30364C324F3030304F32304E31303030314E344A623B',81,25,12,11,11);
INSERT INTO "blobs" VALUES('ea329041bb8e6a40295980086d96d0c11d2878f86e822e2dc66013acd62628f7',32,48,X'626930316C30364C324F3030304F32304E31303030314E344A613B',81,25,13,11,11);
INSERT INTO "blobs" VALUES('24127847187ed9d07c88201be3b61d4c575dfc86b4a79045a0ce56d9f9b1ec23',32,48,X'636930316C30364C324F3030304F32304E31303030314E344A603B',81,25,14,11,11);
INSERT INTO "blobs" VALUES('dbbccc06bec6f59628d200fb4dbdea9f3a9586795d12b198b256767ce96202d7',32,48,X'646930316C30364C324F3030304F32304E31303030314E344A5F3B',81,25,15,11,11);
INSERT INTO "blobs" VALUES('fb10b50f2813529884eeb0c2f66c57c34bc780e256199b4db0ec26634ccb0cfe',32,48,X'5B39316C30364C324F3030304F32304E31303030314E344A686B30',81,9,6,11,11);
INSERT INTO "blobs" VALUES('4c32fffdab1561e79869cb125119c6c65c9103543f6b7bcdd17bbddeaa0ecf1c',32,48,X'5C36316C30364C324E324F3030304F32304E31303030314E324E344A676C30',113,6,6,13,13);
INSERT INTO "blobs" VALUES('6e24b6e9498363391a08256493158d340f807894bb1fde9f7d5ac045212f0f1f',32,48,X'5C35316C30364C324E324F3030304F32304E31303030314E324E344A676D30',113,5,6,13,13);
INSERT INTO "blobs" VALUES('a95248138722584d8e7e38618a32072b6b2d5a1c942699dde652b3fed2db3eb6',32,48,X'643F316C30364C324F3030304F32304E31303030314E344A5F6530',81,15,15,11,11);
INSERT INTO "blobs" VALUES('cae9087a957a516322c0e9b952bc48931ef99e0e66ffad4e721acdd3d7b605f7',16,24,X'5832313D344D324F304F32304E3130314E334C5A35',49,4,4,9,9);
INSERT INTO "blobs" VALUES('b4cc92db0232338c5e5625b15727090f291e21e0fb6ca46a6daa9c1a1f3a46fc',16,24,X'5834313D344D324F304F32304E3130314E334C5A33',49,8,4,9,9);
CREATE TABLE categories (
	id TEXT NOT NULL, 
	project_id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	supercategory TEXT, 
	position INTEGER NOT NULL, 
	retired BOOLEAN DEFAULT 0 NOT NULL, 
	source_id TEXT, 
	extra JSON, 
	CONSTRAINT pk_categories PRIMARY KEY (id), 
	CONSTRAINT fk_categories_project_id_projects FOREIGN KEY(project_id) REFERENCES projects (id)
);
INSERT INTO "categories" VALUES('b3c5c08f-ce54-49a4-b227-c3e1cd47465a','b2a0cbff-3e40-438b-9f5a-564407c19b8a','cat',NULL,0,0,NULL,NULL);
INSERT INTO "categories" VALUES('e4433694-a51c-43c0-a5b6-133244c0a111','b2a0cbff-3e40-438b-9f5a-564407c19b8a','dog',NULL,1,0,NULL,NULL);
INSERT INTO "categories" VALUES('b3b8566c-26cf-47b1-a190-571608902030','b2a0cbff-3e40-438b-9f5a-564407c19b8a','hare',NULL,2,1,NULL,NULL);
INSERT INTO "categories" VALUES('b424acd6-134f-4f5c-abc4-913620f2cee4','b2a0cbff-3e40-438b-9f5a-564407c19b8a','bird','animal',3,0,'4',NULL);
CREATE TABLE checkpoints (
	id TEXT NOT NULL, 
	project_id TEXT, 
	name TEXT NOT NULL, 
	path TEXT NOT NULL, 
	sha256 TEXT NOT NULL, 
	config TEXT NOT NULL, 
	categories JSON NOT NULL, 
	parent_sha256 TEXT, 
	provenance JSON, 
	metrics JSON, 
	size_bytes INTEGER NOT NULL, 
	created FLOAT NOT NULL, 
	removed FLOAT, 
	CONSTRAINT pk_checkpoints PRIMARY KEY (id), 
	CONSTRAINT fk_checkpoints_project_id_projects FOREIGN KEY(project_id) REFERENCES projects (id), 
	CONSTRAINT uq_checkpoints_name UNIQUE (name)
);
INSERT INTO "checkpoints" VALUES('e3d84a15-8588-4f4d-853c-f8dda4b64d13',NULL,'tiny','checkpoints/tiny.safetensors','abababababababababababababababababababababababababababababababab','tevit_tiny','["cat", "zebra"]','cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd','{"steps": 3}','{"AP": 0.5}',10,1.79596607277592515946e+09,NULL);
INSERT INTO "checkpoints" VALUES('a5da70cf-a5a4-4202-9cb9-c66dfbc50f85',NULL,'older (removed, a5da70cf-a5a4-4202-9cb9-c66dfbc50f85)','/elsewhere/older.pth','efefefefefefefefefefefefefefefefefefefefefefefefefefefefefefefef','tevit_tiny','["cat"]',NULL,NULL,NULL,9,1.79596607277805852889e+09,1.79596607277850079534e+09);
CREATE TABLE class_maps (
	checkpoint_id TEXT NOT NULL, 
	project_id TEXT NOT NULL, 
	class_name TEXT NOT NULL, 
	category_id TEXT, 
	CONSTRAINT pk_class_maps PRIMARY KEY (checkpoint_id, project_id, class_name), 
	CONSTRAINT fk_class_maps_category_id_categories FOREIGN KEY(category_id) REFERENCES categories (id), 
	CONSTRAINT fk_class_maps_checkpoint_id_checkpoints FOREIGN KEY(checkpoint_id) REFERENCES checkpoints (id), 
	CONSTRAINT fk_class_maps_project_id_projects FOREIGN KEY(project_id) REFERENCES projects (id)
);
INSERT INTO "class_maps" VALUES('e3d84a15-8588-4f4d-853c-f8dda4b64d13','b2a0cbff-3e40-438b-9f5a-564407c19b8a','cat','b3c5c08f-ce54-49a4-b227-c3e1cd47465a');
INSERT INTO "class_maps" VALUES('e3d84a15-8588-4f4d-853c-f8dda4b64d13','b2a0cbff-3e40-438b-9f5a-564407c19b8a','zebra',NULL);
CREATE TABLE complete_ranges (
	id TEXT NOT NULL, 
	video_id TEXT NOT NULL, 
	start INTEGER NOT NULL, 
	stop INTEGER NOT NULL, 
	categories JSON NOT NULL, 
	declared INTEGER NOT NULL, 
	version INTEGER NOT NULL, 
	CONSTRAINT pk_complete_ranges PRIMARY KEY (id), 
	CONSTRAINT ck_complete_ranges_not_empty CHECK ("start" >= 0 AND "stop" > "start"), 
	CONSTRAINT fk_complete_ranges_video_id_videos FOREIGN KEY(video_id) REFERENCES videos (id)
);
INSERT INTO "complete_ranges" VALUES('range-1','633a435d-6952-4fb8-9a0c-9259fd1a2f1d',0,4,'["b3c5c08f-ce54-49a4-b227-c3e1cd47465a"]',11,11);
CREATE TABLE drafts (
	id TEXT NOT NULL, 
	run_id TEXT NOT NULL, 
	video_id TEXT NOT NULL, 
	track_id TEXT NOT NULL, 
	frame INTEGER NOT NULL, 
	blob_hash TEXT, 
	state TEXT NOT NULL, 
	confidence FLOAT, 
	doubt TEXT, 
	CONSTRAINT pk_drafts PRIMARY KEY (id), 
	CONSTRAINT ck_drafts_state CHECK (state IN ('present', 'absent')), 
	CONSTRAINT fk_drafts_blob_hash_blobs FOREIGN KEY(blob_hash) REFERENCES blobs (hash), 
	CONSTRAINT fk_drafts_run_id_runs FOREIGN KEY(run_id) REFERENCES runs (id), 
	CONSTRAINT fk_drafts_video_id_videos FOREIGN KEY(video_id) REFERENCES videos (id), 
	CONSTRAINT uq_drafts_run_id_track_id_frame UNIQUE (run_id, track_id, frame)
);
INSERT INTO "drafts" VALUES('draft-1','23e4056e-0ea8-4e50-b01e-a890c03701b9','633a435d-6952-4fb8-9a0c-9259fd1a2f1d','track-a',5,'fb10b50f2813529884eeb0c2f66c57c34bc780e256199b4db0ec26634ccb0cfe','present',0.5,'small');
INSERT INTO "drafts" VALUES('draft-2','23e4056e-0ea8-4e50-b01e-a890c03701b9','633a435d-6952-4fb8-9a0c-9259fd1a2f1d','track-a',6,NULL,'absent',NULL,NULL);
CREATE TABLE edit_rows (
	owner TEXT NOT NULL, 
	frame INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	origin INTEGER NOT NULL, 
	CONSTRAINT pk_edit_rows PRIMARY KEY (owner, frame, number), 
	CONSTRAINT fk_edit_rows_number_edits FOREIGN KEY(number) REFERENCES edits (number)
);
INSERT INTO "edit_rows" VALUES('track-a',-1,1,1);
INSERT INTO "edit_rows" VALUES('track-a',0,1,1);
INSERT INTO "edit_rows" VALUES('track-a',1,2,2);
INSERT INTO "edit_rows" VALUES('track-a',2,3,3);
INSERT INTO "edit_rows" VALUES('track-a',3,4,4);
INSERT INTO "edit_rows" VALUES('track-a',4,5,5);
INSERT INTO "edit_rows" VALUES('track-b',-1,6,6);
INSERT INTO "edit_rows" VALUES('track-b',0,6,6);
INSERT INTO "edit_rows" VALUES('track-b',1,6,6);
INSERT INTO "edit_rows" VALUES('track-b',2,6,6);
INSERT INTO "edit_rows" VALUES('track-b',3,6,6);
INSERT INTO "edit_rows" VALUES('track-b',4,6,6);
INSERT INTO "edit_rows" VALUES('track-b',5,6,6);
INSERT INTO "edit_rows" VALUES('track-b',6,7,7);
INSERT INTO "edit_rows" VALUES('track-b',7,7,7);
INSERT INTO "edit_rows" VALUES('track-b',8,7,7);
INSERT INTO "edit_rows" VALUES('track-b',0,8,8);
INSERT INTO "edit_rows" VALUES('track-b',1,9,9);
INSERT INTO "edit_rows" VALUES('track-b',2,10,10);
INSERT INTO "edit_rows" VALUES('range-1',-2,11,11);
INSERT INTO "edit_rows" VALUES('track-a',3,12,12);
INSERT INTO "edit_rows" VALUES('track-a',2,13,13);
INSERT INTO "edit_rows" VALUES('track-a',2,14,3);
INSERT INTO "edit_rows" VALUES('track-a',3,15,4);
INSERT INTO "edit_rows" VALUES('track-a',3,16,12);
INSERT INTO "edit_rows" VALUES('track-c',-1,17,17);
INSERT INTO "edit_rows" VALUES('track-c',5,17,17);
INSERT INTO "edit_rows" VALUES('track-c',-1,18,18);
INSERT INTO "edit_rows" VALUES('c22d0ddd-b6e4-438e-a638-563d7639f7bd',-1,19,19);
INSERT INTO "edit_rows" VALUES('c22d0ddd-b6e4-438e-a638-563d7639f7bd',0,19,19);
INSERT INTO "edit_rows" VALUES('c22d0ddd-b6e4-438e-a638-563d7639f7bd',1,19,19);
INSERT INTO "edit_rows" VALUES('c22d0ddd-b6e4-438e-a638-563d7639f7bd',2,19,19);
CREATE TABLE edits (
	number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	id TEXT NOT NULL, 
	project_id TEXT NOT NULL, 
	video_id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	author TEXT NOT NULL, 
	undoes TEXT, 
	base_edit TEXT, 
	created FLOAT NOT NULL, 
	undone BOOLEAN DEFAULT 0 NOT NULL, 
	changes JSON NOT NULL, 
	CONSTRAINT fk_edits_project_id_projects FOREIGN KEY(project_id) REFERENCES projects (id), 
	CONSTRAINT fk_edits_undoes_edits FOREIGN KEY(undoes) REFERENCES edits (id), 
	CONSTRAINT fk_edits_video_id_videos FOREIGN KEY(video_id) REFERENCES videos (id), 
	CONSTRAINT uq_edits_id UNIQUE (id)
);
INSERT INTO "edits" VALUES(1,'edit-01','b2a0cbff-3e40-438b-9f5a-564407c19b8a','633a435d-6952-4fb8-9a0c-9259fd1a2f1d','new track','ann',NULL,NULL,1.7959660727653331757e+09,0,'[{"owner": "track-a", "frame": -1, "before_version": 0, "before": null, "after": {"category": "b3c5c08f-ce54-49a4-b227-c3e1cd47465a", "name": "Mia", "number": 1}}, {"owner": "track-a", "frame": 0, "before_version": 0, "before": null, "after": {"state": "present", "mask": "218a4a404f5950786b83c5163be1ead1d3680aee637c5508072a3f47d993d5f9", "source": "drawn", "review": "corrected"}}]');
INSERT INTO "edits" VALUES(2,'edit-02','b2a0cbff-3e40-438b-9f5a-564407c19b8a','633a435d-6952-4fb8-9a0c-9259fd1a2f1d','draw','ann',NULL,NULL,1.79596607276903271668e+09,0,'[{"owner": "track-a", "frame": 1, "before_version": 0, "before": null, "after": {"state": "present", "mask": "51cc651c584886c8623fe439504b334bc54ca2f49974e86387d06bb4078812b7", "source": "drawn", "review": "corrected"}}]');
INSERT INTO "edits" VALUES(3,'edit-03','b2a0cbff-3e40-438b-9f5a-564407c19b8a','633a435d-6952-4fb8-9a0c-9259fd1a2f1d','draw','ann',NULL,NULL,1.7959660727713477611e+09,0,'[{"owner": "track-a", "frame": 2, "before_version": 0, "before": null, "after": {"state": "present", "mask": "6073ec7f6acd0e4d4237c5e4aaa450543d19b3868b4f6b3380e70ba485118f52", "source": "drawn", "review": "corrected"}}]');
INSERT INTO "edits" VALUES(4,'edit-04','b2a0cbff-3e40-438b-9f5a-564407c19b8a','633a435d-6952-4fb8-9a0c-9259fd1a2f1d','draw','ann',NULL,NULL,1.79596607277344918248e+09,0,'[{"owner": "track-a", "frame": 3, "before_version": 0, "before": null, "after": {"state": "present", "mask": "9ea7fb18cec0aa202d441cf9da19bb46f369f947f8a5b52420608042b2256202", "source": "drawn", "review": "corrected"}}]');
INSERT INTO "edits" VALUES(5,'edit-05','b2a0cbff-3e40-438b-9f5a-564407c19b8a','633a435d-6952-4fb8-9a0c-9259fd1a2f1d','draw','ann',NULL,NULL,1.79596607277497243883e+09,0,'[{"owner": "track-a", "frame": 4, "before_version": 0, "before": null, "after": {"state": "absent", "source": "drawn", "review": "corrected"}}]');
INSERT INTO "edits" VALUES(6,'edit-06','b2a0cbff-3e40-438b-9f5a-564407c19b8a','633a435d-6952-4fb8-9a0c-9259fd1a2f1d','propose','run:c98abea7-0789-4c1b-81a0-88db360968ce',NULL,NULL,1.79596607278570342069e+09,0,'[{"owner": "track-b", "frame": -1, "before_version": 0, "before": null, "after": {"category": "e4433694-a51c-43c0-a5b6-133244c0a111", "number": 2, "score": 0.75, "run": "c98abea7-0789-4c1b-81a0-88db360968ce"}}, {"owner": "track-b", "frame": 0, "before_version": 0, "before": null, "after": {"state": "present", "mask": "d46fd3ffa7ea92844a687baa1dc8b1846550ba903bec77757b39d5882bec695e", "source": "proposed", "review": "unreviewed", "score": 0.75, "run": "c98abea7-0789-4c1b-81a0-88db360968ce"}}, {"owner": "track-b", "frame": 1, "before_version": 0, "before": null, "after": {"state": "present", "mask": "d554340ff48f31df6b386c606c1b190e9eb85b13a0fd681ea4e481fe2ccc0f79", "source": "proposed", "review": "unreviewed", "score": 0.75, "run": "c98abea7-0789-4c1b-81a0-88db360968ce"}}, {"owner": "track-b", "frame": 2, "before_version": 0, "before": null, "after": {"state": "present", "mask": "d12f05f7eedad87faed6a5e5531c3adf0416dfb6db11787efb886f17dc656185", "source": "proposed", "review": "unreviewed", "score": 0.75, "run": "c98abea7-0789-4c1b-81a0-88db360968ce"}}, {"owner": "track-b", "frame": 3, "before_version": 0, "before": null, "after": {"state": "present", "mask": "3d3372170957df25fd39ac1074293fb33c64314da6b796e2d051adeee6ea6459", "source": "proposed", "review": "unreviewed", "score": 0.75, "run": "c98abea7-0789-4c1b-81a0-88db360968ce"}}, {"owner": "track-b", "frame": 4, "before_version": 0, "before": null, "after": {"state": "present", "mask": "5d95b47952a816f826aca24b6c4030628d84cec3486713dcfd936baa64177dcb", "source": "proposed", "review": "unreviewed", "score": 0.75, "run": "c98abea7-0789-4c1b-81a0-88db360968ce"}}, {"owner": "track-b", "frame": 5, "before_version": 0, "before": null, "after": {"state": "present", "mask": "93a122e5c4aa9ab190843adb0a73efff950037929a7b1b6fb0c21646602a04de", "source": "proposed", "review": "unreviewed", "score": 0.75, "run": "c98abea7-0789-4c1b-81a0-88db360968ce"}}]');
INSERT INTO "edits" VALUES(7,'edit-07','b2a0cbff-3e40-438b-9f5a-564407c19b8a','633a435d-6952-4fb8-9a0c-9259fd1a2f1d','propose','run:c98abea7-0789-4c1b-81a0-88db360968ce',NULL,NULL,1.7959660727885291576e+09,0,'[{"owner": "track-b", "frame": 6, "before_version": 0, "before": null, "after": {"state": "present", "mask": "ea329041bb8e6a40295980086d96d0c11d2878f86e822e2dc66013acd62628f7", "source": "proposed", "review": "unreviewed", "score": 0.75, "run": "c98abea7-0789-4c1b-81a0-88db360968ce"}}, {"owner": "track-b", "frame": 7, "before_version": 0, "before": null, "after": {"state": "present", "mask": "24127847187ed9d07c88201be3b61d4c575dfc86b4a79045a0ce56d9f9b1ec23", "source": "proposed", "review": "unreviewed", "score": 0.75, "run": "c98abea7-0789-4c1b-81a0-88db360968ce"}}, {"owner": "track-b", "frame": 8, "before_version": 0, "before": null, "after": {"state": "present", "mask": "dbbccc06bec6f59628d200fb4dbdea9f3a9586795d12b198b256767ce96202d7", "source": "proposed", "review": "unreviewed", "score": 0.75, "run": "c98abea7-0789-4c1b-81a0-88db360968ce"}}]');
INSERT INTO "edits" VALUES(8,'edit-08','b2a0cbff-3e40-438b-9f5a-564407c19b8a','633a435d-6952-4fb8-9a0c-9259fd1a2f1d','accept','ann',NULL,NULL,1.79596607279615378379e+09,0,'[{"owner": "track-b", "frame": 0, "before_version": 6, "before": {"state": "present", "mask": "d46fd3ffa7ea92844a687baa1dc8b1846550ba903bec77757b39d5882bec695e", "source": "proposed", "review": "unreviewed", "score": 0.75, "run": "c98abea7-0789-4c1b-81a0-88db360968ce"}, "after": {"state": "present", "mask": "d46fd3ffa7ea92844a687baa1dc8b1846550ba903bec77757b39d5882bec695e", "source": "proposed", "review": "accepted", "score": 0.75, "run": "c98abea7-0789-4c1b-81a0-88db360968ce"}}]');
INSERT INTO "edits" VALUES(9,'edit-09','b2a0cbff-3e40-438b-9f5a-564407c19b8a','633a435d-6952-4fb8-9a0c-9259fd1a2f1d','reject','ann',NULL,NULL,1.79596607279862952228e+09,0,'[{"owner": "track-b", "frame": 1, "before_version": 6, "before": {"state": "present", "mask": "d554340ff48f31df6b386c606c1b190e9eb85b13a0fd681ea4e481fe2ccc0f79", "source": "proposed", "review": "unreviewed", "score": 0.75, "run": "c98abea7-0789-4c1b-81a0-88db360968ce"}, "after": {"state": "present", "mask": "d554340ff48f31df6b386c606c1b190e9eb85b13a0fd681ea4e481fe2ccc0f79", "source": "proposed", "review": "rejected", "score": 0.75, "run": "c98abea7-0789-4c1b-81a0-88db360968ce"}}]');
INSERT INTO "edits" VALUES(10,'edit-10','b2a0cbff-3e40-438b-9f5a-564407c19b8a','633a435d-6952-4fb8-9a0c-9259fd1a2f1d','flag','bob',NULL,NULL,1.79596607280205678943e+09,0,'[{"owner": "track-b", "frame": 2, "before_version": 6, "before": {"state": "present", "mask": "d12f05f7eedad87faed6a5e5531c3adf0416dfb6db11787efb886f17dc656185", "source": "proposed", "review": "unreviewed", "score": 0.75, "run": "c98abea7-0789-4c1b-81a0-88db360968ce"}, "after": {"state": "present", "mask": "d12f05f7eedad87faed6a5e5531c3adf0416dfb6db11787efb886f17dc656185", "source": "proposed", "review": "unreviewed", "score": 0.75, "run": "c98abea7-0789-4c1b-81a0-88db360968ce", "look": {"reason": "small", "author": "ann"}}}]');
INSERT INTO "edits" VALUES(11,'edit-11','b2a0cbff-3e40-438b-9f5a-564407c19b8a','633a435d-6952-4fb8-9a0c-9259fd1a2f1d','complete','ann',NULL,NULL,1.79596607280367875098e+09,0,'[{"owner": "range-1", "frame": -2, "before_version": 0, "before": null, "after": {"start": 0, "stop": 4, "categories": ["b3c5c08f-ce54-49a4-b227-c3e1cd47465a"], "declared": 11}}]');
INSERT INTO "edits" VALUES(12,'edit-12','b2a0cbff-3e40-438b-9f5a-564407c19b8a','633a435d-6952-4fb8-9a0c-9259fd1a2f1d','draw','ann',NULL,NULL,1.79596607280702948573e+09,0,'[{"owner": "track-a", "frame": 3, "before_version": 4, "before": {"state": "present", "mask": "9ea7fb18cec0aa202d441cf9da19bb46f369f947f8a5b52420608042b2256202", "source": "drawn", "review": "corrected"}, "after": {"state": "present", "mask": "4c32fffdab1561e79869cb125119c6c65c9103543f6b7bcdd17bbddeaa0ecf1c", "source": "drawn", "review": "corrected"}}]');
INSERT INTO "edits" VALUES(13,'edit-13','b2a0cbff-3e40-438b-9f5a-564407c19b8a','633a435d-6952-4fb8-9a0c-9259fd1a2f1d','draw','ann',NULL,NULL,1.79596607280984926226e+09,1,'[{"owner": "track-a", "frame": 2, "before_version": 3, "before": {"state": "present", "mask": "6073ec7f6acd0e4d4237c5e4aaa450543d19b3868b4f6b3380e70ba485118f52", "source": "drawn", "review": "corrected"}, "after": {"state": "present", "mask": "6e24b6e9498363391a08256493158d340f807894bb1fde9f7d5ac045212f0f1f", "source": "drawn", "review": "corrected"}}]');
INSERT INTO "edits" VALUES(14,'edit-14','b2a0cbff-3e40-438b-9f5a-564407c19b8a','633a435d-6952-4fb8-9a0c-9259fd1a2f1d','undo','ann','edit-13',NULL,1.79596607281332516672e+09,0,'[{"owner": "track-a", "frame": 2, "before_version": 13, "before": {"state": "present", "mask": "6e24b6e9498363391a08256493158d340f807894bb1fde9f7d5ac045212f0f1f", "source": "drawn", "review": "corrected"}, "after": {"state": "present", "mask": "6073ec7f6acd0e4d4237c5e4aaa450543d19b3868b4f6b3380e70ba485118f52", "source": "drawn", "review": "corrected"}, "origin": 3}]');
INSERT INTO "edits" VALUES(15,'edit-15','b2a0cbff-3e40-438b-9f5a-564407c19b8a','633a435d-6952-4fb8-9a0c-9259fd1a2f1d','undo','ann','edit-12',NULL,1.79596607281580233567e+09,1,'[{"owner": "track-a", "frame": 3, "before_version": 12, "before": {"state": "present", "mask": "4c32fffdab1561e79869cb125119c6c65c9103543f6b7bcdd17bbddeaa0ecf1c", "source": "drawn", "review": "corrected"}, "after": {"state": "present", "mask": "9ea7fb18cec0aa202d441cf9da19bb46f369f947f8a5b52420608042b2256202", "source": "drawn", "review": "corrected"}, "origin": 4}]');
INSERT INTO "edits" VALUES(16,'edit-16','b2a0cbff-3e40-438b-9f5a-564407c19b8a','633a435d-6952-4fb8-9a0c-9259fd1a2f1d','redo','ann','edit-15',NULL,1.79596607281872510906e+09,0,'[{"owner": "track-a", "frame": 3, "before_version": 15, "before": {"state": "present", "mask": "9ea7fb18cec0aa202d441cf9da19bb46f369f947f8a5b52420608042b2256202", "source": "drawn", "review": "corrected"}, "after": {"state": "present", "mask": "4c32fffdab1561e79869cb125119c6c65c9103543f6b7bcdd17bbddeaa0ecf1c", "source": "drawn", "review": "corrected"}, "origin": 12}]');
INSERT INTO "edits" VALUES(17,'edit-17','b2a0cbff-3e40-438b-9f5a-564407c19b8a','633a435d-6952-4fb8-9a0c-9259fd1a2f1d','new track','bob',NULL,NULL,1.79596607282146620752e+09,0,'[{"owner": "track-c", "frame": -1, "before_version": 0, "before": null, "after": {"category": "b3c5c08f-ce54-49a4-b227-c3e1cd47465a", "number": 3}}, {"owner": "track-c", "frame": 5, "before_version": 0, "before": null, "after": {"state": "present", "mask": "a95248138722584d8e7e38618a32072b6b2d5a1c942699dde652b3fed2db3eb6", "source": "drawn", "review": "corrected"}}]');
INSERT INTO "edits" VALUES(18,'edit-18','b2a0cbff-3e40-438b-9f5a-564407c19b8a','633a435d-6952-4fb8-9a0c-9259fd1a2f1d','delete track','bob',NULL,NULL,1.79596607282363343238e+09,0,'[{"owner": "track-c", "frame": -1, "before_version": 17, "before": {"category": "b3c5c08f-ce54-49a4-b227-c3e1cd47465a", "number": 3}, "after": {"category": "b3c5c08f-ce54-49a4-b227-c3e1cd47465a", "number": 3, "deleted": true}}]');
INSERT INTO "edits" VALUES(19,'5182ea72-3727-48cb-81ed-5dc88cdf26aa','b2a0cbff-3e40-438b-9f5a-564407c19b8a','0e2bc7c4-01a2-4788-8703-0329a680f915','import','run:5d5bdea3-e069-449e-8c89-28a0a818c124',NULL,NULL,1.79596607282957077024e+09,0,'[{"owner": "c22d0ddd-b6e4-438e-a638-563d7639f7bd", "frame": -1, "before_version": 0, "before": null, "after": {"category": "b424acd6-134f-4f5c-abc4-913620f2cee4", "number": 1, "source_id": "11", "extra": {"source": {"fate": "kept"}}}}, {"owner": "c22d0ddd-b6e4-438e-a638-563d7639f7bd", "frame": 0, "before_version": 0, "before": null, "after": {"state": "present", "mask": "cae9087a957a516322c0e9b952bc48931ef99e0e66ffad4e721acdd3d7b605f7", "source": "imported", "review": "unreviewed"}}, {"owner": "c22d0ddd-b6e4-438e-a638-563d7639f7bd", "frame": 1, "before_version": 0, "before": null, "after": {"state": "absent", "source": "imported", "review": "unreviewed"}}, {"owner": "c22d0ddd-b6e4-438e-a638-563d7639f7bd", "frame": 2, "before_version": 0, "before": null, "after": {"state": "present", "mask": "b4cc92db0232338c5e5625b15727090f291e21e0fb6ca46a6daa9c1a1f3a46fc", "source": "imported", "review": "unreviewed"}}]');
CREATE TABLE imports (
	id TEXT NOT NULL, 
	project_id TEXT NOT NULL, 
	path TEXT NOT NULL, 
	content_hash TEXT, 
	info JSON, 
	extra JSON, 
	created FLOAT NOT NULL, 
	CONSTRAINT pk_imports PRIMARY KEY (id), 
	CONSTRAINT fk_imports_project_id_projects FOREIGN KEY(project_id) REFERENCES projects (id)
);
INSERT INTO "imports" VALUES('5d5bdea3-e069-449e-8c89-28a0a818c124','b2a0cbff-3e40-438b-9f5a-564407c19b8a','DATA_FOLDER/import.json','1c0b4a42ab951dbda86df4f24811766b697d9faabcd09098d8dac948c99a8dad','{"year": 2019, "note": "ours"}','{"licenses": [{"id": 1}], "source": {"foreign": [1]}}',1.79596607282596540454e+09);
CREATE TABLE job_points (
	job_id TEXT NOT NULL, 
	series TEXT NOT NULL, 
	step INTEGER NOT NULL, 
	value FLOAT NOT NULL, 
	CONSTRAINT pk_job_points PRIMARY KEY (job_id, series, step), 
	CONSTRAINT fk_job_points_job_id_jobs FOREIGN KEY(job_id) REFERENCES jobs (id)
);
INSERT INTO "job_points" VALUES('9c186cf7-a60a-462f-89b7-3699cb674c80','loss',1,0.5);
INSERT INTO "job_points" VALUES('9c186cf7-a60a-462f-89b7-3699cb674c80','loss',2,0.25);
CREATE TABLE jobs (
	id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	project_id TEXT, 
	video_id TEXT, 
	parameters JSON NOT NULL, 
	status TEXT NOT NULL, 
	progress FLOAT NOT NULL, 
	message TEXT NOT NULL, 
	eta_seconds FLOAT, 
	log TEXT NOT NULL, 
	result JSON, 
	error TEXT, 
	worker TEXT, 
	heartbeat FLOAT, 
	created FLOAT NOT NULL, 
	started FLOAT, 
	finished FLOAT, attempts INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_jobs PRIMARY KEY (id), 
	CONSTRAINT ck_jobs_status CHECK (status IN ('queued', 'running', 'cancelling', 'done', 'failed', 'cancelled')), 
	CONSTRAINT fk_jobs_project_id_projects FOREIGN KEY(project_id) REFERENCES projects (id), 
	CONSTRAINT fk_jobs_video_id_videos FOREIGN KEY(video_id) REFERENCES videos (id)
);
INSERT INTO "jobs" VALUES('9c186cf7-a60a-462f-89b7-3699cb674c80','propose','b2a0cbff-3e40-438b-9f5a-564407c19b8a','633a435d-6952-4fb8-9a0c-9259fd1a2f1d','{"rule": "review"}','cancelled',0.5,'cancelled',NULL,'one line
',NULL,NULL,'w:1',1.79596607278260612483e+09,1.79596607277883362763e+09,1.79596607278020858767e+09,1.79596607279053711893e+09,1);
INSERT INTO "jobs" VALUES('594616bb-b78f-459a-a58a-7b4fc59f6b9d','retrain','b2a0cbff-3e40-438b-9f5a-564407c19b8a',NULL,'{"steps": 3}','queued',0.0,'waiting',NULL,'',NULL,NULL,NULL,NULL,1.79596607279104638101e+09,NULL,NULL,0);
CREATE TABLE masks (
	track_id TEXT NOT NULL, 
	frame INTEGER NOT NULL, 
	state TEXT NOT NULL, 
	blob_hash TEXT, 
	source TEXT NOT NULL, 
	review TEXT NOT NULL, 
	"key" BOOLEAN DEFAULT 0 NOT NULL, 
	score FLOAT, 
	run_id TEXT, 
	parent_edit TEXT, 
	occluded BOOLEAN DEFAULT 0 NOT NULL, 
	iscrowd BOOLEAN DEFAULT 0 NOT NULL, 
	look_reason TEXT, 
	look_author TEXT, 
	extra JSON, 
	version INTEGER NOT NULL, 
	CONSTRAINT pk_masks PRIMARY KEY (track_id, frame), 
	CONSTRAINT ck_masks_present_has_mask CHECK ((state = 'present') = (blob_hash IS NOT NULL)), 
	CONSTRAINT ck_masks_review CHECK (review IN ('unreviewed', 'accepted', 'corrected', 'rejected')), 
	CONSTRAINT ck_masks_source CHECK (source IN ('proposed', 'propagated', 'interpolated', 'drawn', 'imported')), 
	CONSTRAINT ck_masks_state CHECK (state IN ('present', 'absent')), 
	CONSTRAINT fk_masks_blob_hash_blobs FOREIGN KEY(blob_hash) REFERENCES blobs (hash), 
	CONSTRAINT fk_masks_track_id_tracks FOREIGN KEY(track_id) REFERENCES tracks (id)
);
INSERT INTO "masks" VALUES('track-a',0,'present','218a4a404f5950786b83c5163be1ead1d3680aee637c5508072a3f47d993d5f9','drawn','corrected',0,NULL,NULL,NULL,0,0,NULL,NULL,NULL,1);
INSERT INTO "masks" VALUES('track-a',1,'present','51cc651c584886c8623fe439504b334bc54ca2f49974e86387d06bb4078812b7','drawn','corrected',0,NULL,NULL,NULL,0,0,NULL,NULL,NULL,2);
INSERT INTO "masks" VALUES('track-a',2,'present','6073ec7f6acd0e4d4237c5e4aaa450543d19b3868b4f6b3380e70ba485118f52','drawn','corrected',0,NULL,NULL,NULL,0,0,NULL,NULL,NULL,14);
INSERT INTO "masks" VALUES('track-a',3,'present','4c32fffdab1561e79869cb125119c6c65c9103543f6b7bcdd17bbddeaa0ecf1c','drawn','corrected',0,NULL,NULL,NULL,0,0,NULL,NULL,NULL,16);
INSERT INTO "masks" VALUES('track-a',4,'absent',NULL,'drawn','corrected',0,NULL,NULL,NULL,0,0,NULL,NULL,NULL,5);
INSERT INTO "masks" VALUES('track-b',0,'present','d46fd3ffa7ea92844a687baa1dc8b1846550ba903bec77757b39d5882bec695e','proposed','accepted',0,0.75,'c98abea7-0789-4c1b-81a0-88db360968ce',NULL,0,0,NULL,NULL,NULL,8);
INSERT INTO "masks" VALUES('track-b',1,'present','d554340ff48f31df6b386c606c1b190e9eb85b13a0fd681ea4e481fe2ccc0f79','proposed','rejected',0,0.75,'c98abea7-0789-4c1b-81a0-88db360968ce',NULL,0,0,NULL,NULL,NULL,9);
INSERT INTO "masks" VALUES('track-b',2,'present','d12f05f7eedad87faed6a5e5531c3adf0416dfb6db11787efb886f17dc656185','proposed','unreviewed',0,0.75,'c98abea7-0789-4c1b-81a0-88db360968ce',NULL,0,0,'small','ann',NULL,10);
INSERT INTO "masks" VALUES('track-b',3,'present','3d3372170957df25fd39ac1074293fb33c64314da6b796e2d051adeee6ea6459','proposed','unreviewed',0,0.75,'c98abea7-0789-4c1b-81a0-88db360968ce',NULL,0,0,NULL,NULL,NULL,6);
INSERT INTO "masks" VALUES('track-b',4,'present','5d95b47952a816f826aca24b6c4030628d84cec3486713dcfd936baa64177dcb','proposed','unreviewed',0,0.75,'c98abea7-0789-4c1b-81a0-88db360968ce',NULL,0,0,NULL,NULL,NULL,6);
INSERT INTO "masks" VALUES('track-b',5,'present','93a122e5c4aa9ab190843adb0a73efff950037929a7b1b6fb0c21646602a04de','proposed','unreviewed',0,0.75,'c98abea7-0789-4c1b-81a0-88db360968ce',NULL,0,0,NULL,NULL,NULL,6);
INSERT INTO "masks" VALUES('track-b',6,'present','ea329041bb8e6a40295980086d96d0c11d2878f86e822e2dc66013acd62628f7','proposed','unreviewed',0,0.75,'c98abea7-0789-4c1b-81a0-88db360968ce',NULL,0,0,NULL,NULL,NULL,7);
INSERT INTO "masks" VALUES('track-b',7,'present','24127847187ed9d07c88201be3b61d4c575dfc86b4a79045a0ce56d9f9b1ec23','proposed','unreviewed',0,0.75,'c98abea7-0789-4c1b-81a0-88db360968ce',NULL,0,0,NULL,NULL,NULL,7);
INSERT INTO "masks" VALUES('track-b',8,'present','dbbccc06bec6f59628d200fb4dbdea9f3a9586795d12b198b256767ce96202d7','proposed','unreviewed',0,0.75,'c98abea7-0789-4c1b-81a0-88db360968ce',NULL,0,0,NULL,NULL,NULL,7);
INSERT INTO "masks" VALUES('track-c',5,'present','a95248138722584d8e7e38618a32072b6b2d5a1c942699dde652b3fed2db3eb6','drawn','corrected',0,NULL,NULL,NULL,0,0,NULL,NULL,NULL,17);
INSERT INTO "masks" VALUES('c22d0ddd-b6e4-438e-a638-563d7639f7bd',0,'present','cae9087a957a516322c0e9b952bc48931ef99e0e66ffad4e721acdd3d7b605f7','imported','unreviewed',0,NULL,NULL,NULL,0,0,NULL,NULL,NULL,19);
INSERT INTO "masks" VALUES('c22d0ddd-b6e4-438e-a638-563d7639f7bd',1,'absent',NULL,'imported','unreviewed',0,NULL,NULL,NULL,0,0,NULL,NULL,NULL,19);
INSERT INTO "masks" VALUES('c22d0ddd-b6e4-438e-a638-563d7639f7bd',2,'present','b4cc92db0232338c5e5625b15727090f291e21e0fb6ca46a6daa9c1a1f3a46fc','imported','unreviewed',0,NULL,NULL,NULL,0,0,NULL,NULL,NULL,19);
CREATE TABLE projects (
	id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	created FLOAT NOT NULL, 
	archived BOOLEAN DEFAULT 0 NOT NULL, 
	extra JSON, 
	CONSTRAINT pk_projects PRIMARY KEY (id), 
	CONSTRAINT uq_projects_name UNIQUE (name)
);
INSERT INTO "projects" VALUES('b2a0cbff-3e40-438b-9f5a-564407c19b8a','zoo',1.79596607271659588819e+09,0,'{"note": "old"}');
INSERT INTO "projects" VALUES('0c03c4b7-728e-4eae-9f95-5457813cc6c8','attic',1.79596607272164726252e+09,1,NULL);
CREATE TABLE run_progress (
	run_id TEXT NOT NULL, 
	done INTEGER NOT NULL, 
	next_frame INTEGER NOT NULL, 
	state BLOB NOT NULL, 
	ledger JSON NOT NULL, 
	updated FLOAT NOT NULL, 
	CONSTRAINT pk_run_progress PRIMARY KEY (run_id), 
	CONSTRAINT fk_run_progress_run_id_runs FOREIGN KEY(run_id) REFERENCES runs (id)
);
INSERT INTO "run_progress" VALUES('c98abea7-0789-4c1b-81a0-88db360968ce',6,4,X'0001','{"bound": [[0, "track-b"]]}',1.79596607278179359436e+09);
CREATE TABLE runs (
	id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	project_id TEXT NOT NULL, 
	video_id TEXT, 
	checkpoint_id TEXT, 
	job_id TEXT, 
	state TEXT NOT NULL, 
	settings JSON, 
	unmapped JSON, 
	created FLOAT NOT NULL, 
	finished FLOAT, 
	CONSTRAINT pk_runs PRIMARY KEY (id), 
	CONSTRAINT fk_runs_checkpoint_id_checkpoints FOREIGN KEY(checkpoint_id) REFERENCES checkpoints (id), 
	CONSTRAINT fk_runs_job_id_jobs FOREIGN KEY(job_id) REFERENCES jobs (id), 
	CONSTRAINT fk_runs_project_id_projects FOREIGN KEY(project_id) REFERENCES projects (id), 
	CONSTRAINT fk_runs_video_id_videos FOREIGN KEY(video_id) REFERENCES videos (id)
);
INSERT INTO "runs" VALUES('c98abea7-0789-4c1b-81a0-88db360968ce','proposal','b2a0cbff-3e40-438b-9f5a-564407c19b8a','633a435d-6952-4fb8-9a0c-9259fd1a2f1d','e3d84a15-8588-4f4d-853c-f8dda4b64d13','9c186cf7-a60a-462f-89b7-3699cb674c80','cancelled','{"rule": "review", "window": 6}','{"zebra": 2}',1.79596607278075408938e+09,1.79596607278920316697e+09);
INSERT INTO "runs" VALUES('23e4056e-0ea8-4e50-b01e-a890c03701b9','spreading','b2a0cbff-3e40-438b-9f5a-564407c19b8a','633a435d-6952-4fb8-9a0c-9259fd1a2f1d',NULL,NULL,'running',NULL,NULL,1.79596607279226517682e+09,NULL);
CREATE TABLE settings (
	"key" TEXT NOT NULL, 
	value JSON, 
	CONSTRAINT pk_settings PRIMARY KEY ("key")
);
INSERT INTO "settings" VALUES('last_project','"b2a0cbff-3e40-438b-9f5a-564407c19b8a"');
CREATE TABLE snapshots (
	id TEXT NOT NULL, 
	project_id TEXT NOT NULL, 
	hash TEXT NOT NULL, 
	masks JSON NOT NULL, 
	videos JSON NOT NULL, 
	created FLOAT NOT NULL, 
	CONSTRAINT pk_snapshots PRIMARY KEY (id), 
	CONSTRAINT fk_snapshots_project_id_projects FOREIGN KEY(project_id) REFERENCES projects (id), 
	CONSTRAINT uq_snapshots_project_id_hash UNIQUE (project_id, hash)
);
INSERT INTO "snapshots" VALUES('378f53e2-d777-46b6-932b-5064fb1045dc','b2a0cbff-3e40-438b-9f5a-564407c19b8a','f993591a66581023a6c60a8c34afa7acd125681fc473ac8d6987ed8d6208f085','[["track-a", 0, "h", 1.0]]','[{"id": "633a435d-6952-4fb8-9a0c-9259fd1a2f1d"}]',1.7959660727917034626e+09);
CREATE TABLE tracks (
	id TEXT NOT NULL, 
	video_id TEXT NOT NULL, 
	number INTEGER NOT NULL, 
	category_id TEXT, 
	name TEXT, 
	deleted BOOLEAN DEFAULT 0 NOT NULL, 
	rejected BOOLEAN DEFAULT 0 NOT NULL, 
	occluded BOOLEAN DEFAULT 0 NOT NULL, 
	iscrowd BOOLEAN DEFAULT 0 NOT NULL, 
	score FLOAT, 
	run_id TEXT, 
	source_id TEXT, 
	extra JSON, 
	version INTEGER NOT NULL, 
	CONSTRAINT pk_tracks PRIMARY KEY (id), 
	CONSTRAINT fk_tracks_category_id_categories FOREIGN KEY(category_id) REFERENCES categories (id), 
	CONSTRAINT fk_tracks_video_id_videos FOREIGN KEY(video_id) REFERENCES videos (id), 
	CONSTRAINT uq_tracks_video_id_number UNIQUE (video_id, number)
);
INSERT INTO "tracks" VALUES('track-a','633a435d-6952-4fb8-9a0c-9259fd1a2f1d',1,'b3c5c08f-ce54-49a4-b227-c3e1cd47465a','Mia',0,0,0,0,NULL,NULL,NULL,NULL,1);
INSERT INTO "tracks" VALUES('track-b','633a435d-6952-4fb8-9a0c-9259fd1a2f1d',2,'e4433694-a51c-43c0-a5b6-133244c0a111',NULL,0,0,0,0,0.75,'c98abea7-0789-4c1b-81a0-88db360968ce',NULL,NULL,6);
INSERT INTO "tracks" VALUES('track-c','633a435d-6952-4fb8-9a0c-9259fd1a2f1d',3,'b3c5c08f-ce54-49a4-b227-c3e1cd47465a',NULL,1,0,0,0,NULL,NULL,NULL,NULL,18);
INSERT INTO "tracks" VALUES('c22d0ddd-b6e4-438e-a638-563d7639f7bd','0e2bc7c4-01a2-4788-8703-0329a680f915',1,'b424acd6-134f-4f5c-abc4-913620f2cee4',NULL,0,0,0,0,NULL,NULL,'11','{"source": {"fate": "kept"}}',19);
CREATE TABLE videos (
	id TEXT NOT NULL, 
	project_id TEXT NOT NULL, 
	import_id TEXT, 
	name TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	path TEXT NOT NULL, 
	copied BOOLEAN DEFAULT 0 NOT NULL, 
	"index" JSON, 
	count INTEGER NOT NULL, 
	width INTEGER NOT NULL, 
	height INTEGER NOT NULL, 
	confirmed INTEGER NOT NULL, 
	content_hash TEXT, 
	file_names JSON, 
	stride INTEGER DEFAULT '1' NOT NULL, 
	source_id TEXT, 
	extra JSON, 
	created FLOAT NOT NULL, 
	removed FLOAT, cuts JSON, 
	CONSTRAINT pk_videos PRIMARY KEY (id), 
	CONSTRAINT ck_videos_kind CHECK (kind IN ('video', 'images')), 
	CONSTRAINT fk_videos_import_id_imports FOREIGN KEY(import_id) REFERENCES imports (id), 
	CONSTRAINT fk_videos_project_id_projects FOREIGN KEY(project_id) REFERENCES projects (id)
);
INSERT INTO "videos" VALUES('633a435d-6952-4fb8-9a0c-9259fd1a2f1d','b2a0cbff-3e40-438b-9f5a-564407c19b8a',NULL,'walk','video','DATA_FOLDER/videos/walk.mp4',1,'{"kind": "video", "path": "DATA_FOLDER/videos/walk.mp4", "count": 12, "width": 48, "height": 32, "rotation": 0, "stream": 0, "time_base": [1, 15360], "pts": [0, 512, 1024, 1536, 2048, 2560, 3072, 3584, 4096, 4608, 5120, 5632], "keyframes": [0, 6], "gaps": [], "confirmed": true, "size_bytes": 3202, "content_hash": "cef0173f38a2be86e72679768498c219877a25cfbfaefa686fb75883a421e989", "keyframe_sums": [1808193003, 228811146], "entry_times": [], "single_thread": false, "damage": [], "partial": false, "names": [], "notes": []}',12,48,32,12,'cef0173f38a2be86e72679768498c219877a25cfbfaefa686fb75883a421e989',NULL,1,NULL,NULL,1.79596607275845861432e+09,NULL,'[5]');
INSERT INTO "videos" VALUES('0e2bc7c4-01a2-4788-8703-0329a680f915','b2a0cbff-3e40-438b-9f5a-564407c19b8a','5d5bdea3-e069-449e-8c89-28a0a818c124','clip','images','DATA_FOLDER/frames',0,'{"kind": "images", "path": "DATA_FOLDER/frames", "count": 3, "width": 24, "height": 16, "rotation": 0, "stream": 0, "time_base": [1, 10], "pts": [0, 1, 2], "keyframes": [], "gaps": [], "confirmed": true, "size_bytes": 337, "content_hash": "aa5b4b54d949d1656d1ef0799016816bcf4fad362d059bca0dd7d3f18a5a42d9", "keyframe_sums": [], "entry_times": [], "single_thread": false, "damage": [], "partial": false, "names": ["clip/00000.png", "clip/00001.png", "clip/00002.png"], "notes": []}',3,24,16,3,'aa5b4b54d949d1656d1ef0799016816bcf4fad362d059bca0dd7d3f18a5a42d9','["clip/00000.png", "clip/00001.png", "clip/00002.png"]',1,'7','{"source": {"flickr": 3}}',1.79596607282758522036e+09,NULL,NULL);
INSERT INTO "videos" VALUES('98d18d54-4b3b-4d5c-a124-a1d7c7693407','b2a0cbff-3e40-438b-9f5a-564407c19b8a',NULL,'lost','video','DATA_FOLDER/videos/walk.mp4',1,'{"kind": "video", "path": "DATA_FOLDER/videos/walk.mp4", "count": 12, "width": 48, "height": 32, "rotation": 0, "stream": 0, "time_base": [1, 15360], "pts": [0, 512, 1024, 1536, 2048, 2560, 3072, 3584, 4096, 4608, 5120, 5632], "keyframes": [0, 6], "gaps": [], "confirmed": true, "size_bytes": 3202, "content_hash": "cef0173f38a2be86e72679768498c219877a25cfbfaefa686fb75883a421e989", "keyframe_sums": [1808193003, 228811146], "entry_times": [], "single_thread": false, "damage": [], "partial": false, "names": [], "notes": []}',12,48,32,12,'cef0173f38a2be86e72679768498c219877a25cfbfaefa686fb75883a421e989',NULL,1,NULL,NULL,1.79596607283064937593e+09,1.79596607283105278015e+09,NULL);
CREATE UNIQUE INDEX uq_categories_name_in_use ON categories (project_id, name) WHERE NOT retired;
CREATE INDEX ix_videos_project_id ON videos (project_id);
CREATE INDEX ix_jobs_status_created ON jobs (status, created);
CREATE INDEX ix_edits_video_id_author_undone_number ON edits (video_id, author, undone, number);
CREATE INDEX ix_edits_video_id_number ON edits (video_id, number);
CREATE INDEX ix_edit_rows_number ON edit_rows (number);
CREATE INDEX ix_masks_parent_edit ON masks (parent_edit);
CREATE INDEX ix_complete_ranges_video_id ON complete_ranges (video_id);
CREATE INDEX ix_drafts_video_id_frame ON drafts (video_id, frame);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('edits',19);
COMMIT;
