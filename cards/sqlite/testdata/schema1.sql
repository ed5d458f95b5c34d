-- A database of the first schema, as the program of that time left it: some weeks of a
-- learner in Europe/Berlin whose day begins at 4, with the night on which clocks were
-- put forward.
BEGIN TRANSACTION;
CREATE TABLE card (
  id         TEXT PRIMARY KEY,
  present    INTEGER NOT NULL DEFAULT 0, -- some deck has this card
  ord        INTEGER NOT NULL DEFAULT 0, -- place in its decks
  deck       TEXT NOT NULL DEFAULT '',
  front      TEXT NOT NULL DEFAULT '',
  back       TEXT NOT NULL DEFAULT '',
  source     TEXT NOT NULL DEFAULT '',
  tags       TEXT NOT NULL DEFAULT '',   -- separated by line ends
  labs       TEXT NOT NULL DEFAULT '',
  file       TEXT NOT NULL DEFAULT '',
  line       INTEGER NOT NULL DEFAULT 0,
  state      INTEGER NOT NULL DEFAULT 0, -- 0 new, 1 learning, 2 review, 3 relearning
  stability  REAL NOT NULL DEFAULT 0,
  difficulty REAL NOT NULL DEFAULT 0,
  due        INTEGER NOT NULL DEFAULT 0,
  last       INTEGER NOT NULL DEFAULT 0,
  reps       INTEGER NOT NULL DEFAULT 0,
  lapses     INTEGER NOT NULL DEFAULT 0,
  step       INTEGER NOT NULL DEFAULT 0,
  suspended  INTEGER NOT NULL DEFAULT 0,
  reason     TEXT NOT NULL DEFAULT ''
) STRICT;
INSERT INTO "card" VALUES('t0',1,0,'tls','q','a','https://x.y/','tls
layer:tls','','tls.md',0,2,2.18545378239391716599e+01,9.18898167055101744438e+00,1779933600000,1778065560000,8,1,0,1,'');
INSERT INTO "card" VALUES('t1',1,1048576,'tls','q','a','https://x.y/','tls
layer:tls','','tls.md',10,2,1.26321089620118498508e+00,9.66995059871452,1778119200000,1778087340000,6,0,0,0,'');
INSERT INTO "card" VALUES('t2',1,2097152,'tls','q','a','https://x.y/','tls
layer:tls','','tls.md',20,3,5.26223121588255615677e+00,9.81642314297928,1778075160000,1778074260000,10,2,0,0,'wrong in lab R2');
INSERT INTO "card" VALUES('t3',1,3145728,'tls','q','a','https://x.y/','tls
layer:tls','','tls.md',30,2,2.75794566467754131977e+00,9.71429173543478,1776391200000,1776124560000,7,0,0,1,'wrong in lab H1');
INSERT INTO "card" VALUES('t4',1,4194304,'tls','q','a','https://x.y/','tls
layer:tls','','tls.md',40,1,1.83609261114137356507e+00,9.72023218610556,1777611180000,1777610820000,6,0,0,0,'');
INSERT INTO "card" VALUES('t5',1,5242880,'tls','q','a','https://x.y/','tls
layer:tls','','tls.md',50,3,1.12688561546623455811e+00,9.75897040063853360436e+00,1777965540000,1777964640000,6,1,0,0,'');
CREATE TABLE log (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,
  kind      TEXT NOT NULL,              -- answer, undo, suspend, resume, due
  card      TEXT NOT NULL,
  at        INTEGER NOT NULL,
  day       INTEGER NOT NULL,           -- the learner's day, since 1970-01-01
  rating    INTEGER NOT NULL DEFAULT 0,
  took      INTEGER NOT NULL DEFAULT 0, -- milliseconds
  before    TEXT NOT NULL DEFAULT '',   -- memory as JSON
  after     TEXT NOT NULL DEFAULT '',
  algorithm TEXT NOT NULL DEFAULT '',
  undoes    INTEGER REFERENCES log (id),
  reason    TEXT NOT NULL DEFAULT ''
) STRICT;
INSERT INTO "log" VALUES(1,'answer','t5',1774196460000,20534,4,5000,'{"state":0}','{"state":2,"stability":8.2956,"difficulty":1,"due":1774836000000,"last":1774196460000,"reps":1}','fsrs-6/default',NULL,'');
INSERT INTO "log" VALUES(2,'answer','t1',1774220580000,20534,3,5000,'{"state":0}','{"state":1,"stability":2.3065,"difficulty":2.118103970459015,"due":1774221180000,"last":1774220580000,"reps":1,"step":1}','fsrs-6/default',NULL,'');
INSERT INTO "log" VALUES(3,'due','t0',1774230300000,20534,0,0,'','','',NULL,'wrong in lab H1');
INSERT INTO "log" VALUES(4,'answer','t0',1774238520000,20535,2,5000,'{"state":0,"due":1774230300000,"reason":"wrong in lab H1"}','{"state":1,"stability":1.2931,"difficulty":5.112170705601056,"due":1774238880000,"last":1774238520000,"reps":1}','fsrs-6/default',NULL,'');
INSERT INTO "log" VALUES(5,'undo','t0',1774309920000,20535,0,0,'','','',4,'');
INSERT INTO "log" VALUES(6,'answer','t4',1774363380000,20536,3,5000,'{"state":0}','{"state":1,"stability":2.3065,"difficulty":2.118103970459015,"due":1774363980000,"last":1774363380000,"reps":1,"step":1}','fsrs-6/default',NULL,'');
INSERT INTO "log" VALUES(7,'answer','t5',1774434420000,20537,3,5000,'{"state":2,"stability":8.2956,"difficulty":1,"due":1774836000000,"last":1774196460000,"reps":1}','{"state":2,"stability":22.347965961563446,"difficulty":1,"due":1776304800000,"last":1774434420000,"reps":2}','fsrs-6/default',NULL,'');
INSERT INTO "log" VALUES(8,'answer','t3',1774476000000,20537,1,5000,'{"state":0}','{"state":1,"stability":0.212,"difficulty":6.4133,"due":1774476060000,"last":1774476000000,"reps":1}','fsrs-6/default',NULL,'');
INSERT INTO "log" VALUES(9,'suspend','t5',1774493520000,20537,0,0,'','','',NULL,'');
INSERT INTO "log" VALUES(10,'answer','t4',1774553280000,20538,2,5000,'{"state":1,"stability":2.3065,"difficulty":2.118103970459015,"due":1774363980000,"last":1774363380000,"reps":1,"step":1}','{"state":1,"stability":7.513320366762571,"difficulty":4.752858488532556,"due":1774553640000,"last":1774553280000,"reps":2,"step":1}','fsrs-6/default',NULL,'');
INSERT INTO "log" VALUES(11,'suspend','t1',1774606680000,20539,0,0,'','','',NULL,'');
INSERT INTO "log" VALUES(12,'answer','t2',1774628640000,20539,3,5000,'{"state":0}','{"state":1,"stability":2.3065,"difficulty":2.118103970459015,"due":1774629240000,"last":1774628640000,"reps":1,"step":1}','fsrs-6/default',NULL,'');
INSERT INTO "log" VALUES(13,'answer','t1',1774666560000,20539,1,5000,'{"state":1,"stability":2.3065,"difficulty":2.118103970459015,"due":1774221180000,"last":1774220580000,"reps":1,"step":1,"suspended":true}','{"state":1,"stability":0.682598249953206,"difficulty":7.394502741279718,"due":1774666620000,"last":1774666560000,"reps":2,"suspended":true}','fsrs-6/default',NULL,'');
INSERT INTO "log" VALUES(14,'answer','t3',1774729800000,20540,1,5000,'{"state":1,"stability":0.212,"difficulty":6.4133,"due":1774476060000,"last":1774476000000,"reps":1}','{"state":1,"stability":0.12028336828244023,"difficulty":8.806304468856837,"due":1774729860000,"last":1774729800000,"reps":2}','fsrs-6/default',NULL,'');
INSERT INTO "log" VALUES(15,'due','t0',1774768740000,20541,0,0,'','','',NULL,'wrong in lab H1');
INSERT INTO "log" VALUES(16,'answer','t4',1774780200000,20541,1,5000,'{"state":1,"stability":7.513320366762571,"difficulty":4.752858488532556,"due":1774553640000,"last":1774553280000,"reps":2,"step":1}','{"state":1,"stability":1.1060939855841787,"difficulty":8.260528635039766,"due":1774780260000,"last":1774780200000,"reps":3}','fsrs-6/default',NULL,'');
INSERT INTO "log" VALUES(17,'undo','t4',1774805820000,20541,0,0,'','','',16,'');
INSERT INTO "log" VALUES(18,'undo','t3',1774838280000,20542,0,0,'','','',14,'');
INSERT INTO "log" VALUES(19,'answer','t4',1774861620000,20542,1,5000,'{"state":1,"stability":7.513320366762571,"difficulty":4.752858488532556,"due":1774553640000,"last":1774553280000,"reps":2,"step":1}','{"state":1,"stability":1.1301344481820996,"difficulty":8.260528635039766,"due":1774861680000,"last":1774861620000,"reps":3}','fsrs-6/default',NULL,'');
INSERT INTO "log" VALUES(20,'answer','t3',1774914000000,20542,2,5000,'{"state":1,"stability":0.212,"difficulty":6.4133,"due":1774476060000,"last":1774476000000,"reps":1}','{"state":1,"stability":1.9931582864630635,"difficulty":7.604209769076838,"due":1774914360000,"last":1774914000000,"reps":2}','fsrs-6/default',NULL,'');
INSERT INTO "log" VALUES(21,'answer','t0',1774953120000,20543,4,5000,'{"state":0,"due":1774768740000,"reason":"wrong in lab H1"}','{"state":2,"stability":8.2956,"difficulty":1,"due":1775613600000,"last":1774953120000,"reps":1}','fsrs-6/default',NULL,'');
INSERT INTO "log" VALUES(22,'answer','t5',1774969080000,20543,1,5000,'{"state":2,"stability":22.347965961563446,"difficulty":1,"due":1776304800000,"last":1774434420000,"reps":2,"suspended":true}','{"state":3,"stability":2.0276428589158724,"difficulty":7.0269895692968385,"due":1774969680000,"last":1774969080000,"reps":3,"lapses":1,"suspended":true}','fsrs-6/default',NULL,'');
INSERT INTO "log" VALUES(23,'answer','t3',1774971180000,20543,1,5000,'{"state":1,"stability":1.9931582864630635,"difficulty":7.604209769076838,"due":1774914360000,"last":1774914000000,"reps":2}','{"state":1,"stability":0.4828734848162093,"difficulty":9.197748411765964,"due":1774971240000,"last":1774971180000,"reps":3}','fsrs-6/default',NULL,'');
INSERT INTO "log" VALUES(24,'answer','t4',1774983180000,20543,4,5000,'{"state":1,"stability":1.1301344481820996,"difficulty":8.260528635039766,"due":1774861680000,"last":1774861620000,"reps":3}','{"state":2,"stability":3.931390065409407,"difficulty":7.664506733532501,"due":1775268000000,"last":1774983180000,"reps":4}','fsrs-6/default',NULL,'');
INSERT INTO "log" VALUES(25,'undo','t4',1775000880000,20543,0,0,'','','',24,'');
INSERT INTO "log" VALUES(26,'answer','t4',1775041920000,20544,2,5000,'{"state":1,"stability":1.1301344481820996,"difficulty":8.260528635039766,"due":1774861680000,"last":1774861620000,"reps":3}','{"state":1,"stability":2.5677993401189707,"difficulty":8.830486217870627,"due":1775042280000,"last":1775041920000,"reps":4}','fsrs-6/default',NULL,'');
INSERT INTO "log" VALUES(27,'answer','t5',1775092680000,20544,1,5000,'{"state":3,"stability":2.0276428589158724,"difficulty":7.0269895692968385,"due":1774969680000,"last":1774969080000,"reps":3,"lapses":1,"suspended":true}','{"state":3,"stability":0.4904044711663429,"difficulty":9.008020057195637,"due":1775093280000,"last":1775092680000,"reps":4,"lapses":1,"suspended":true}','fsrs-6/default',NULL,'');
INSERT INTO "log" VALUES(28,'answer','t2',1775147580000,20545,1,5000,'{"state":1,"stability":2.3065,"difficulty":2.118103970459015,"due":1774629240000,"last":1774628640000,"reps":1,"step":1}','{"state":1,"stability":0.7012250920627185,"difficulty":7.394502741279718,"due":1775147640000,"last":1775147580000,"reps":2}','fsrs-6/default',NULL,'');
INSERT INTO "log" VALUES(29,'undo','t2',1775212380000,20546,0,0,'','','',28,'');
INSERT INTO "log" VALUES(30,'answer','t1',1775277540000,20547,1,5000,'{"state":1,"stability":0.682598249953206,"difficulty":7.394502741279718,"due":1774666620000,"last":1774666560000,"reps":2,"suspended":true}','{"state":1,"stability":0.3272765366751343,"difficulty":9.128819137736839,"due":1775277600000,"last":1775277540000,"reps":3,"suspended":true}','fsrs-6/default',NULL,'');
INSERT INTO "log" VALUES(31,'answer','t3',1775294880000,20547,4,5000,'{"state":1,"stability":0.4828734848162093,"difficulty":9.197748411765964,"due":1774971240000,"last":1774971180000,"reps":3}','{"state":2,"stability":3.57594597838124,"difficulty":8.914901685198998,"due":1775613600000,"last":1775294880000,"reps":4}','fsrs-6/default',NULL,'');
INSERT INTO "log" VALUES(32,'undo','t3',1775305740000,20547,0,0,'','','',31,'');
INSERT INTO "log" VALUES(33,'answer','t3',1775365080000,20548,1,5000,'{"state":1,"stability":0.4828734848162093,"difficulty":9.197748411765964,"due":1774971240000,"last":1774971180000,"reps":3}','{"state":1,"stability":0.23570889529456554,"difficulty":9.72153372755511,"due":1775365140000,"last":1775365080000,"reps":4}','fsrs-6/default',NULL,'');
INSERT INTO "log" VALUES(34,'answer','t3',1775368260000,20548,2,5000,'{"state":1,"stability":0.23570889529456554,"difficulty":9.72153372755511,"due":1775365140000,"last":1775365080000,"reps":4}','{"state":1,"stability":0.23570889529456554,"difficulty":9.800369481119624,"due":1775368620000,"last":1775368260000,"reps":5}','fsrs-6/default',NULL,'');
INSERT INTO "log" VALUES(35,'undo','t3',1775435940000,20548,0,0,'','','',34,'');
INSERT INTO "log" VALUES(36,'answer','t0',1775502780000,20549,4,5000,'{"state":2,"stability":8.2956,"difficulty":1,"due":1775613600000,"last":1774953120000,"reps":1}','{"state":2,"stability":54.5811543472592,"difficulty":1,"due":1780192800000,"last":1775502780000,"reps":2}','fsrs-6/default',NULL,'');
INSERT INTO "log" VALUES(37,'answer','t0',1775518980000,20549,2,5000,'{"state":2,"stability":54.5811543472592,"difficulty":1,"due":1780192800000,"last":1775502780000,"reps":2}','{"state":2,"stability":54.5811543472592,"difficulty":4.010608969296839,"due":1780192800000,"last":1775518980000,"reps":3}','fsrs-6/default',NULL,'');
INSERT INTO "log" VALUES(38,'answer','t4',1775639880000,20551,3,5000,'{"state":1,"stability":2.5677993401189707,"difficulty":8.830486217870627,"due":1775042280000,"last":1775041920000,"reps":4}','{"state":1,"stability":7.386974798305538,"difficulty":8.816884100949594,"due":1775640480000,"last":1775639880000,"reps":5,"step":1}','fsrs-6/default',NULL,'');
INSERT INTO "log" VALUES(39,'undo','t4',1775715600000,20552,0,0,'','','',38,'');
INSERT INTO "log" VALUES(40,'answer','t0',1775732220000,20552,2,5000,'{"state":2,"stability":54.5811543472592,"difficulty":4.010608969296839,"due":1780192800000,"last":1775518980000,"reps":3}','{"state":2,"stability":59.51274998193941,"difficulty":6.00919149749405,"due":1780884000000,"last":1775732220000,"reps":4}','fsrs-6/default',NULL,'');
INSERT INTO "log" VALUES(41,'resume','t1',1775798280000,20553,0,0,'','','',NULL,'');
INSERT INTO "log" VALUES(42,'answer','t2',1775804700000,20553,1,5000,'{"state":1,"stability":2.3065,"difficulty":2.118103970459015,"due":1774629240000,"last":1774628640000,"reps":1,"step":1}','{"state":1,"stability":0.8013092420317729,"difficulty":7.394502741279718,"due":1775804760000,"last":1775804700000,"reps":2}','fsrs-6/default',NULL,'');
INSERT INTO "log" VALUES(43,'answer','t0',1775836800000,20553,1,5000,'{"state":2,"stability":59.51274998193941,"difficulty":6.00919149749405,"due":1780884000000,"last":1775732220000,"reps":4}','{"state":3,"stability":2.589542809271171,"difficulty":8.673476752020948,"due":1775837400000,"last":1775836800000,"reps":5,"lapses":1}','fsrs-6/default',NULL,'');
INSERT INTO "log" VALUES(44,'undo','t0',1775860320000,20553,0,0,'','','',43,'');
INSERT INTO "log" VALUES(45,'answer','t0',1775926800000,20554,1,5000,'{"state":2,"stability":59.51274998193941,"difficulty":6.00919149749405,"due":1780884000000,"last":1775732220000,"reps":4}','{"state":3,"stability":2.600105482851657,"difficulty":8.673476752020948,"due":1775927400000,"last":1775926800000,"reps":5,"lapses":1}','fsrs-6/default',NULL,'');
INSERT INTO "log" VALUES(46,'answer','t3',1775948340000,20554,4,5000,'{"state":1,"stability":0.23570889529456554,"difficulty":9.72153372755511,"due":1775365140000,"last":1775365080000,"reps":4}','{"state":2,"stability":1.9595362494684898,"difficulty":9.613711645129163,"due":1776045600000,"last":1775948340000,"reps":5}','fsrs-6/default',NULL,'');
INSERT INTO "log" VALUES(47,'answer','t2',1775952900000,20554,4,5000,'{"state":1,"stability":0.8013092420317729,"difficulty":7.394502741279718,"due":1775804760000,"last":1775804700000,"reps":2}','{"state":2,"stability":4.330506706217277,"difficulty":6.5090953428844935,"due":1776218400000,"last":1775952900000,"reps":3}','fsrs-6/default',NULL,'');
INSERT INTO "log" VALUES(48,'answer','t5',1775966460000,20555,2,5000,'{"state":3,"stability":0.4904044711663429,"difficulty":9.008020057195637,"due":1775093280000,"last":1775092680000,"reps":4,"lapses":1,"suspended":true}','{"state":3,"stability":2.0252764624411217,"difficulty":9.326705856997966,"due":1775967360000,"last":1775966460000,"reps":5,"lapses":1,"suspended":true}','fsrs-6/default',NULL,'');
INSERT INTO "log" VALUES(49,'undo','t5',1776040200000,20555,0,0,'','','',48,'');
INSERT INTO "log" VALUES(50,'answer','t3',1776092580000,20556,2,5000,'{"state":2,"stability":1.9595362494684898,"difficulty":9.613711645129163,"due":1776045600000,"last":1775948340000,"reps":5}','{"state":2,"stability":2.7579456646775413,"difficulty":9.728792158296239,"due":1776304800000,"last":1776092580000,"reps":6}','fsrs-6/default',NULL,'');
INSERT INTO "log" VALUES(51,'answer','t3',1776124560000,20556,3,5000,'{"state":2,"stability":2.7579456646775413,"difficulty":9.728792158296239,"due":1776304800000,"last":1776092580000,"reps":6}','{"state":2,"stability":2.7579456646775413,"difficulty":9.71429173543478,"due":1776391200000,"last":1776124560000,"reps":7}','fsrs-6/default',NULL,'');
INSERT INTO "log" VALUES(52,'answer','t2',1776184080000,20557,3,5000,'{"state":2,"stability":4.330506706217277,"difficulty":6.5090953428844935,"due":1776218400000,"last":1775952900000,"reps":3}','{"state":2,"stability":10.576222997582564,"difficulty":6.497814616838448,"due":1777082400000,"last":1776184080000,"reps":4}','fsrs-6/default',NULL,'');
INSERT INTO "log" VALUES(53,'answer','t5',1776241020000,20558,1,5000,'{"state":3,"stability":0.4904044711663429,"difficulty":9.008020057195637,"due":1775093280000,"last":1775092680000,"reps":4,"lapses":1,"suspended":true}','{"state":3,"stability":0.279495777440596,"difficulty":9.659171307560655,"due":1776241620000,"last":1776241020000,"reps":5,"lapses":1,"suspended":true}','fsrs-6/default',NULL,'');
INSERT INTO "log" VALUES(54,'resume','t5',1776257280000,20558,0,0,'','','',NULL,'');
INSERT INTO "log" VALUES(55,'answer','t2',1776257700000,20558,2,5000,'{"state":2,"stability":10.576222997582564,"difficulty":6.497814616838448,"due":1777082400000,"last":1776184080000,"reps":4}','{"state":2,"stability":11.942029064889853,"difficulty":7.660314510115344,"due":1777255200000,"last":1776257700000,"reps":5}','fsrs-6/default',NULL,'');
INSERT INTO "log" VALUES(56,'answer','t2',1776294960000,20558,1,5000,'{"state":2,"stability":11.942029064889853,"difficulty":7.660314510115344,"due":1777255200000,"last":1776257700000,"reps":5}','{"state":3,"stability":3.601505018007025,"difficulty":9.216189658633082,"due":1776295560000,"last":1776294960000,"reps":6,"lapses":1}','fsrs-6/default',NULL,'');
INSERT INTO "log" VALUES(57,'answer','t0',1776346320000,20559,4,5000,'{"state":3,"stability":2.600105482851657,"difficulty":8.673476752020948,"due":1775927400000,"last":1775926800000,"reps":5,"lapses":1}','{"state":2,"stability":10.609846322539852,"difficulty":8.215442867826543,"due":1777255200000,"last":1776346320000,"reps":6,"lapses":1}','fsrs-6/default',NULL,'');
INSERT INTO "log" VALUES(58,'answer','t5',1776359340000,20559,1,5000,'{"state":3,"stability":0.279495777440596,"difficulty":9.659171307560655,"due":1776241620000,"last":1776241020000,"reps":5,"lapses":1}','{"state":3,"stability":0.1215714432331233,"difficulty":9.873200295727134,"due":1776359940000,"last":1776359340000,"reps":6,"lapses":1}','fsrs-6/default',NULL,'');
INSERT INTO "log" VALUES(59,'answer','t1',1776414420000,20560,1,5000,'{"state":1,"stability":0.3272765366751343,"difficulty":9.128819137736839,"due":1775277600000,"last":1775277540000,"reps":3}','{"state":1,"stability":0.2045532274217798,"difficulty":9.698877143900798,"due":1776414480000,"last":1776414420000,"reps":4}','fsrs-6/default',NULL,'');
INSERT INTO "log" VALUES(60,'due','t2',1776491100000,20561,0,0,'','','',NULL,'wrong in lab H1');
INSERT INTO "log" VALUES(61,'answer','t2',1776513360000,20561,4,5000,'{"state":3,"stability":3.601505018007025,"difficulty":9.216189658633082,"due":1776295560000,"last":1776294960000,"reps":6,"lapses":1,"reason":"wrong in lab H1"}','{"state":2,"stability":8.184296704035358,"difficulty":8.939505137407004,"due":1777168800000,"last":1776513360000,"reps":7,"lapses":1}','fsrs-6/default',NULL,'');
INSERT INTO "log" VALUES(62,'suspend','t0',1776543480000,20561,0,0,'','','',NULL,'');
INSERT INTO "log" VALUES(63,'undo','t2',1776568620000,20562,0,0,'','','',61,'');
INSERT INTO "log" VALUES(64,'due','t5',1776629880000,20562,0,0,'','','',NULL,'wrong in lab H1');
INSERT INTO "log" VALUES(65,'answer','t3',1776704820000,20563,4,5000,'{"state":2,"stability":2.7579456646775413,"difficulty":9.71429173543478,"due":1776391200000,"last":1776124560000,"reps":7}','{"state":2,"stability":8.216817417391786,"difficulty":9.604049716719052,"due":1777341600000,"last":1776704820000,"reps":8}','fsrs-6/default',NULL,'');
INSERT INTO "log" VALUES(66,'undo','t3',1776774600000,20564,0,0,'','','',65,'');
INSERT INTO "log" VALUES(67,'undo','t1',1776816600000,20564,0,0,'','','',59,'');
INSERT INTO "log" VALUES(68,'answer','t1',1776827700000,20565,3,5000,'{"state":1,"stability":0.3272765366751343,"difficulty":9.128819137736839,"due":1775277600000,"last":1775277540000,"reps":3}','{"state":1,"stability":2.4527633156996544,"difficulty":9.114918687895939,"due":1776828300000,"last":1776827700000,"reps":4,"step":1}','fsrs-6/default',NULL,'');
INSERT INTO "log" VALUES(69,'undo','t1',1776877860000,20565,0,0,'','','',68,'');
INSERT INTO "log" VALUES(70,'due','t4',1776931140000,20566,0,0,'','','',NULL,'wrong in lab H1');
INSERT INTO "log" VALUES(71,'answer','t3',1776984360000,20566,1,5000,'{"state":2,"stability":2.7579456646775413,"difficulty":9.71429173543478,"due":1776391200000,"last":1776124560000,"reps":7}','{"state":3,"stability":0.7573525186448373,"difficulty":9.891318005550449,"due":1776984960000,"last":1776984360000,"reps":8,"lapses":1}','fsrs-6/default',NULL,'');
INSERT INTO "log" VALUES(72,'undo','t3',1777003680000,20567,0,0,'','','',71,'');
INSERT INTO "log" VALUES(73,'due','t3',1777038540000,20567,0,0,'','','',NULL,'wrong in lab H1');
INSERT INTO "log" VALUES(74,'undo','t5',1777119420000,20568,0,0,'','','',58,'');
INSERT INTO "log" VALUES(75,'answer','t0',1777169100000,20569,2,5000,'{"state":2,"stability":10.609846322539852,"difficulty":8.215442867826543,"due":1777255200000,"last":1776346320000,"reps":6,"lapses":1,"suspended":true}','{"state":2,"stability":16.79918358666445,"difficulty":8.800556184597738,"due":1778637600000,"last":1777169100000,"reps":7,"lapses":1,"suspended":true}','fsrs-6/default',NULL,'');
INSERT INTO "log" VALUES(76,'answer','t4',1777256940000,20570,1,5000,'{"state":1,"stability":2.5677993401189707,"difficulty":8.830486217870627,"due":1775042280000,"last":1775041920000,"reps":4,"reason":"wrong in lab H1"}','{"state":1,"stability":0.8567475804303551,"difficulty":9.600817141804631,"due":1777257000000,"last":1777256940000,"reps":5}','fsrs-6/default',NULL,'');
INSERT INTO "log" VALUES(77,'answer','t1',1777267200000,20570,1,5000,'{"state":1,"stability":0.3272765366751343,"difficulty":9.128819137736839,"due":1775277600000,"last":1775277540000,"reps":3}','{"state":1,"stability":0.2209639517054661,"difficulty":9.698877143900798,"due":1777267260000,"last":1777267200000,"reps":4}','fsrs-6/default',NULL,'');
INSERT INTO "log" VALUES(78,'answer','t2',1777273800000,20570,2,5000,'{"state":3,"stability":3.601505018007025,"difficulty":9.216189658633082,"due":1776295560000,"last":1776294960000,"reps":6,"lapses":1,"reason":"wrong in lab H1"}','{"state":3,"stability":7.1123204716947,"difficulty":9.46489853913557,"due":1777274700000,"last":1777273800000,"reps":7,"lapses":1}','fsrs-6/default',NULL,'');
INSERT INTO "log" VALUES(79,'answer','t3',1777312140000,20570,1,5000,'{"state":2,"stability":2.7579456646775413,"difficulty":9.71429173543478,"due":1776391200000,"last":1776124560000,"reps":7,"reason":"wrong in lab H1"}','{"state":3,"stability":0.798997769032045,"difficulty":9.891318005550449,"due":1777312740000,"last":1777312140000,"reps":8,"lapses":1}','fsrs-6/default',NULL,'');
INSERT INTO "log" VALUES(80,'due','t2',1777369440000,20571,0,0,'','','',NULL,'wrong in lab H1');
INSERT INTO "log" VALUES(81,'answer','t4',1777395540000,20571,4,5000,'{"state":1,"stability":0.8567475804303551,"difficulty":9.600817141804631,"due":1777257000000,"last":1777256940000,"reps":5}','{"state":2,"stability":2.2401611820903846,"difficulty":9.452657201813768,"due":1777514400000,"last":1777395540000,"reps":6}','fsrs-6/default',NULL,'');
INSERT INTO "log" VALUES(82,'due','t4',1777443420000,20572,0,0,'','','',NULL,'wrong in lab H1');
INSERT INTO "log" VALUES(83,'undo','t4',1777500360000,20572,0,0,'','','',81,'');
INSERT INTO "log" VALUES(84,'undo','t3',1777566900000,20573,0,0,'','','',79,'');
INSERT INTO "log" VALUES(85,'due','t5',1777578240000,20573,0,0,'','','',NULL,'wrong in lab H1');
INSERT INTO "log" VALUES(86,'answer','t4',1777610820000,20574,2,5000,'{"state":1,"stability":0.8567475804303551,"difficulty":9.600817141804631,"due":1777257000000,"last":1777256940000,"reps":5,"reason":"wrong in lab H1"}','{"state":1,"stability":1.8360926111413736,"difficulty":9.72023218610556,"due":1777611180000,"last":1777610820000,"reps":6}','fsrs-6/default',NULL,'');
INSERT INTO "log" VALUES(87,'answer','t0',1777644900000,20574,1,5000,'{"state":2,"stability":16.79918358666445,"difficulty":8.800556184597738,"due":1778637600000,"last":1777169100000,"reps":7,"lapses":1,"suspended":true}','{"state":3,"stability":1.5658277026651297,"difficulty":9.590979343392059,"due":1777645500000,"last":1777644900000,"reps":8,"lapses":2,"suspended":true}','fsrs-6/default',NULL,'');
INSERT INTO "log" VALUES(88,'undo','t0',1777664880000,20574,0,0,'','','',87,'');
INSERT INTO "log" VALUES(89,'due','t2',1777740180000,20575,0,0,'','','',NULL,'wrong in lab H1');
INSERT INTO "log" VALUES(90,'answer','t2',1777778220000,20576,4,5000,'{"state":3,"stability":7.1123204716947,"difficulty":9.46489853913557,"due":1777274700000,"last":1777273800000,"reps":7,"lapses":1,"reason":"wrong in lab H1"}','{"state":2,"stability":14.131741524373822,"difficulty":9.27132093593959,"due":1778983200000,"last":1777778220000,"reps":8,"lapses":1}','fsrs-6/default',NULL,'');
INSERT INTO "log" VALUES(91,'answer','t2',1777855260000,20576,1,5000,'{"state":2,"stability":14.131741524373822,"difficulty":9.27132093593959,"due":1778983200000,"last":1777778220000,"reps":8,"lapses":1}','{"state":3,"stability":4.214930813361545,"difficulty":9.745716515957817,"due":1777855860000,"last":1777855260000,"reps":9,"lapses":2}','fsrs-6/default',NULL,'');
INSERT INTO "log" VALUES(92,'answer','t4',1777883820000,20577,2,5000,'{"state":1,"stability":1.8360926111413736,"difficulty":9.72023218610556,"due":1777611180000,"last":1777610820000,"reps":6}','{"state":1,"stability":2.79360481866544,"difficulty":9.79950545725358,"due":1777884180000,"last":1777883820000,"reps":7}','fsrs-6/default',NULL,'');
INSERT INTO "log" VALUES(93,'undo','t4',1777908300000,20577,0,0,'','','',92,'');
INSERT INTO "log" VALUES(94,'answer','t5',1777964640000,20578,2,5000,'{"state":3,"stability":0.279495777440596,"difficulty":9.659171307560655,"due":1776241620000,"last":1776241020000,"reps":5,"lapses":1,"reason":"wrong in lab H1"}','{"state":3,"stability":1.1268856154662346,"difficulty":9.758970400638534,"due":1777965540000,"last":1777964640000,"reps":6,"lapses":1}','fsrs-6/default',NULL,'');
INSERT INTO "log" VALUES(95,'due','t1',1778007000000,20578,0,0,'','','',NULL,'wrong in lab H1');
INSERT INTO "log" VALUES(96,'answer','t1',1778055480000,20579,3,5000,'{"state":1,"stability":0.2209639517054661,"difficulty":9.698877143900798,"due":1777267260000,"last":1777267200000,"reps":4,"reason":"wrong in lab H1"}','{"state":1,"stability":1.2179309919227745,"difficulty":9.684406636053735,"due":1778056080000,"last":1778055480000,"reps":5,"step":1}','fsrs-6/default',NULL,'');
INSERT INTO "log" VALUES(97,'answer','t0',1778065560000,20579,2,5000,'{"state":2,"stability":16.79918358666445,"difficulty":8.800556184597738,"due":1778637600000,"last":1777169100000,"reps":7,"lapses":1,"suspended":true}','{"state":2,"stability":21.85453782393917,"difficulty":9.188981670551017,"due":1779933600000,"last":1778065560000,"reps":8,"lapses":1,"suspended":true}','fsrs-6/default',NULL,'');
INSERT INTO "log" VALUES(98,'answer','t2',1778074260000,20579,2,5000,'{"state":3,"stability":4.214930813361545,"difficulty":9.745716515957817,"due":1777855860000,"last":1777855260000,"reps":9,"lapses":2}','{"state":3,"stability":5.262231215882556,"difficulty":9.81642314297928,"due":1778075160000,"last":1778074260000,"reps":10,"lapses":2}','fsrs-6/default',NULL,'');
INSERT INTO "log" VALUES(99,'answer','t1',1778087340000,20579,3,5000,'{"state":1,"stability":1.2179309919227745,"difficulty":9.684406636053735,"due":1778056080000,"last":1778055480000,"reps":5,"step":1}','{"state":2,"stability":1.263210896201185,"difficulty":9.66995059871452,"due":1778119200000,"last":1778087340000,"reps":6}','fsrs-6/default',NULL,'');
INSERT INTO "log" VALUES(100,'due','t2',1778087340000,20579,0,0,'','','',NULL,'wrong in lab R2');
INSERT INTO "log" VALUES(101,'suspend','t3',1778087340000,20579,0,0,'','','',NULL,'');
CREATE TABLE meta (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "meta" VALUES('fingerprint','1');
INSERT INTO "meta" VALUES('problems','0');
INSERT INTO "meta" VALUES('total','6');
CREATE TABLE tally (
  day     INTEGER NOT NULL,
  tag     TEXT NOT NULL,
  answers INTEGER NOT NULL DEFAULT 0,
  news    INTEGER NOT NULL DEFAULT 0,
  reviews INTEGER NOT NULL DEFAULT 0,
  again   INTEGER NOT NULL DEFAULT 0,
  forgot  INTEGER NOT NULL DEFAULT 0,
  took    INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (tag, day)
) STRICT, WITHOUT ROWID;
INSERT INTO "tally" VALUES(20534,'',2,2,0,0,0,10000);
INSERT INTO "tally" VALUES(20535,'',0,0,0,0,0,0);
INSERT INTO "tally" VALUES(20536,'',1,1,0,0,0,5000);
INSERT INTO "tally" VALUES(20537,'',2,1,1,1,0,10000);
INSERT INTO "tally" VALUES(20538,'',1,0,0,0,0,5000);
INSERT INTO "tally" VALUES(20539,'',2,1,0,1,0,10000);
INSERT INTO "tally" VALUES(20540,'',0,0,0,0,0,0);
INSERT INTO "tally" VALUES(20541,'',0,0,0,0,0,0);
INSERT INTO "tally" VALUES(20542,'',2,0,0,1,0,10000);
INSERT INTO "tally" VALUES(20543,'',3,1,1,2,1,15000);
INSERT INTO "tally" VALUES(20544,'',2,0,0,1,0,10000);
INSERT INTO "tally" VALUES(20545,'',0,0,0,0,0,0);
INSERT INTO "tally" VALUES(20547,'',1,0,0,1,0,5000);
INSERT INTO "tally" VALUES(20548,'',1,0,0,1,0,5000);
INSERT INTO "tally" VALUES(20549,'',2,0,2,0,0,10000);
INSERT INTO "tally" VALUES(20551,'',0,0,0,0,0,0);
INSERT INTO "tally" VALUES(20552,'',1,0,1,0,0,5000);
INSERT INTO "tally" VALUES(20553,'',1,0,0,1,0,5000);
INSERT INTO "tally" VALUES(20554,'',3,0,1,1,1,15000);
INSERT INTO "tally" VALUES(20555,'',0,0,0,0,0,0);
INSERT INTO "tally" VALUES(20556,'',2,0,2,0,0,10000);
INSERT INTO "tally" VALUES(20557,'',1,0,1,0,0,5000);
INSERT INTO "tally" VALUES(20558,'',3,0,2,2,1,15000);
INSERT INTO "tally" VALUES(20559,'',1,0,0,0,0,5000);
INSERT INTO "tally" VALUES(20560,'',0,0,0,0,0,0);
INSERT INTO "tally" VALUES(20561,'',0,0,0,0,0,0);
INSERT INTO "tally" VALUES(20563,'',0,0,0,0,0,0);
INSERT INTO "tally" VALUES(20565,'',0,0,0,0,0,0);
INSERT INTO "tally" VALUES(20566,'',0,0,0,0,0,0);
INSERT INTO "tally" VALUES(20569,'',1,0,1,0,0,5000);
INSERT INTO "tally" VALUES(20570,'',3,0,0,2,0,15000);
INSERT INTO "tally" VALUES(20571,'',0,0,0,0,0,0);
INSERT INTO "tally" VALUES(20574,'',1,0,0,0,0,5000);
INSERT INTO "tally" VALUES(20576,'',2,0,1,1,1,10000);
INSERT INTO "tally" VALUES(20577,'',0,0,0,0,0,0);
INSERT INTO "tally" VALUES(20578,'',1,0,0,0,0,5000);
INSERT INTO "tally" VALUES(20579,'',4,0,1,0,0,20000);
INSERT INTO "tally" VALUES(20534,'layer:tls',2,2,0,0,0,10000);
INSERT INTO "tally" VALUES(20535,'layer:tls',0,0,0,0,0,0);
INSERT INTO "tally" VALUES(20536,'layer:tls',1,1,0,0,0,5000);
INSERT INTO "tally" VALUES(20537,'layer:tls',2,1,1,1,0,10000);
INSERT INTO "tally" VALUES(20538,'layer:tls',1,0,0,0,0,5000);
INSERT INTO "tally" VALUES(20539,'layer:tls',2,1,0,1,0,10000);
INSERT INTO "tally" VALUES(20540,'layer:tls',0,0,0,0,0,0);
INSERT INTO "tally" VALUES(20541,'layer:tls',0,0,0,0,0,0);
INSERT INTO "tally" VALUES(20542,'layer:tls',2,0,0,1,0,10000);
INSERT INTO "tally" VALUES(20543,'layer:tls',3,1,1,2,1,15000);
INSERT INTO "tally" VALUES(20544,'layer:tls',2,0,0,1,0,10000);
INSERT INTO "tally" VALUES(20545,'layer:tls',0,0,0,0,0,0);
INSERT INTO "tally" VALUES(20547,'layer:tls',1,0,0,1,0,5000);
INSERT INTO "tally" VALUES(20548,'layer:tls',1,0,0,1,0,5000);
INSERT INTO "tally" VALUES(20549,'layer:tls',2,0,2,0,0,10000);
INSERT INTO "tally" VALUES(20551,'layer:tls',0,0,0,0,0,0);
INSERT INTO "tally" VALUES(20552,'layer:tls',1,0,1,0,0,5000);
INSERT INTO "tally" VALUES(20553,'layer:tls',1,0,0,1,0,5000);
INSERT INTO "tally" VALUES(20554,'layer:tls',3,0,1,1,1,15000);
INSERT INTO "tally" VALUES(20555,'layer:tls',0,0,0,0,0,0);
INSERT INTO "tally" VALUES(20556,'layer:tls',2,0,2,0,0,10000);
INSERT INTO "tally" VALUES(20557,'layer:tls',1,0,1,0,0,5000);
INSERT INTO "tally" VALUES(20558,'layer:tls',3,0,2,2,1,15000);
INSERT INTO "tally" VALUES(20559,'layer:tls',1,0,0,0,0,5000);
INSERT INTO "tally" VALUES(20560,'layer:tls',0,0,0,0,0,0);
INSERT INTO "tally" VALUES(20561,'layer:tls',0,0,0,0,0,0);
INSERT INTO "tally" VALUES(20563,'layer:tls',0,0,0,0,0,0);
INSERT INTO "tally" VALUES(20565,'layer:tls',0,0,0,0,0,0);
INSERT INTO "tally" VALUES(20566,'layer:tls',0,0,0,0,0,0);
INSERT INTO "tally" VALUES(20569,'layer:tls',1,0,1,0,0,5000);
INSERT INTO "tally" VALUES(20570,'layer:tls',3,0,0,2,0,15000);
INSERT INTO "tally" VALUES(20571,'layer:tls',0,0,0,0,0,0);
INSERT INTO "tally" VALUES(20574,'layer:tls',1,0,0,0,0,5000);
INSERT INTO "tally" VALUES(20576,'layer:tls',2,0,1,1,1,10000);
INSERT INTO "tally" VALUES(20577,'layer:tls',0,0,0,0,0,0);
INSERT INTO "tally" VALUES(20578,'layer:tls',1,0,0,0,0,5000);
INSERT INTO "tally" VALUES(20579,'layer:tls',4,0,1,0,0,20000);
INSERT INTO "tally" VALUES(20534,'tls',2,2,0,0,0,10000);
INSERT INTO "tally" VALUES(20535,'tls',0,0,0,0,0,0);
INSERT INTO "tally" VALUES(20536,'tls',1,1,0,0,0,5000);
INSERT INTO "tally" VALUES(20537,'tls',2,1,1,1,0,10000);
INSERT INTO "tally" VALUES(20538,'tls',1,0,0,0,0,5000);
INSERT INTO "tally" VALUES(20539,'tls',2,1,0,1,0,10000);
INSERT INTO "tally" VALUES(20540,'tls',0,0,0,0,0,0);
INSERT INTO "tally" VALUES(20541,'tls',0,0,0,0,0,0);
INSERT INTO "tally" VALUES(20542,'tls',2,0,0,1,0,10000);
INSERT INTO "tally" VALUES(20543,'tls',3,1,1,2,1,15000);
INSERT INTO "tally" VALUES(20544,'tls',2,0,0,1,0,10000);
INSERT INTO "tally" VALUES(20545,'tls',0,0,0,0,0,0);
INSERT INTO "tally" VALUES(20547,'tls',1,0,0,1,0,5000);
INSERT INTO "tally" VALUES(20548,'tls',1,0,0,1,0,5000);
INSERT INTO "tally" VALUES(20549,'tls',2,0,2,0,0,10000);
INSERT INTO "tally" VALUES(20551,'tls',0,0,0,0,0,0);
INSERT INTO "tally" VALUES(20552,'tls',1,0,1,0,0,5000);
INSERT INTO "tally" VALUES(20553,'tls',1,0,0,1,0,5000);
INSERT INTO "tally" VALUES(20554,'tls',3,0,1,1,1,15000);
INSERT INTO "tally" VALUES(20555,'tls',0,0,0,0,0,0);
INSERT INTO "tally" VALUES(20556,'tls',2,0,2,0,0,10000);
INSERT INTO "tally" VALUES(20557,'tls',1,0,1,0,0,5000);
INSERT INTO "tally" VALUES(20558,'tls',3,0,2,2,1,15000);
INSERT INTO "tally" VALUES(20559,'tls',1,0,0,0,0,5000);
INSERT INTO "tally" VALUES(20560,'tls',0,0,0,0,0,0);
INSERT INTO "tally" VALUES(20561,'tls',0,0,0,0,0,0);
INSERT INTO "tally" VALUES(20563,'tls',0,0,0,0,0,0);
INSERT INTO "tally" VALUES(20565,'tls',0,0,0,0,0,0);
INSERT INTO "tally" VALUES(20566,'tls',0,0,0,0,0,0);
INSERT INTO "tally" VALUES(20569,'tls',1,0,1,0,0,5000);
INSERT INTO "tally" VALUES(20570,'tls',3,0,0,2,0,15000);
INSERT INTO "tally" VALUES(20571,'tls',0,0,0,0,0,0);
INSERT INTO "tally" VALUES(20574,'tls',1,0,0,0,0,5000);
INSERT INTO "tally" VALUES(20576,'tls',2,0,1,1,1,10000);
INSERT INTO "tally" VALUES(20577,'tls',0,0,0,0,0,0);
INSERT INTO "tally" VALUES(20578,'tls',1,0,0,0,0,5000);
INSERT INTO "tally" VALUES(20579,'tls',4,0,1,0,0,20000);
CREATE INDEX card_new ON card (ord) WHERE present = 1 AND suspended = 0 AND reason = '' AND state = 0;
CREATE INDEX card_review ON card (due) WHERE present = 1 AND suspended = 0 AND reason = '' AND state = 2;
CREATE INDEX card_step ON card (due, deck) WHERE present = 1 AND suspended = 0 AND reason = '' AND state IN (1, 3);
CREATE INDEX card_urged ON card (due, deck) WHERE present = 1 AND suspended = 0 AND reason <> '';
CREATE INDEX card_new_of_deck ON card (deck, ord) WHERE present = 1 AND suspended = 0 AND reason = '' AND state = 0;
CREATE INDEX card_review_of_deck ON card (deck, due) WHERE present = 1 AND suspended = 0 AND reason = '' AND state = 2;
CREATE INDEX card_lapses ON card (lapses) WHERE present = 1 AND suspended = 0 AND lapses >= 4;
CREATE INDEX log_card ON log (card);
CREATE UNIQUE INDEX log_undoes ON log (undoes) WHERE undoes IS NOT NULL;
CREATE TRIGGER log_is_never_changed BEFORE UPDATE ON log BEGIN
  SELECT RAISE(ABORT, 'the log is append-only');
END;
CREATE TRIGGER log_is_never_cut BEFORE DELETE ON log BEGIN
  SELECT RAISE(ABORT, 'the log is append-only');
END;
CREATE INDEX tally_day ON tally (day);
COMMIT;
PRAGMA application_id = 1734636140;
PRAGMA user_version = 1;
