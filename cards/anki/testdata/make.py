"""Makes the collections of this folder with Anki's own package:

    python make.py FOLDER

Card ids, review times and guids are fixed, so that tests can name them.
"""
import json, os, sys, tempfile
from anki.collection import Collection, ExportAnkiPackageOptions
import anki.scheduler.v3 as v3

out = os.path.abspath(sys.argv[1])
os.makedirs(out, exist_ok=True)
work = tempfile.mkdtemp()
col = Collection(os.path.join(work, "collection.anki2"))


def note(model, deck, guid, tags, *fields):
    m = col.models.by_name(model)
    n = col.new_note(m)
    for i, f in enumerate(fields):
        n.fields[i] = f
    n.guid = guid
    n.tags = tags
    col.add_note(n, col.decks.id(deck))
    return n


col.media.write_data("hop.png", b"\x89PNG not really")
basic = note("Basic", "Istio::Gateways", "guidBasic1", ["tls", "Mesh::edge"],
             'What reads the <b>SNI</b>?<br>At the gateway<script>alert(1)</script>',
             '<div>The <i>listener</i></div><div>in <code>passthrough</code> mode</div><img src="hop.png">')
rev = note("Basic (and reversed card)", "Istio::Gateways", "guidRev**2", [], "404 NR", "no route matched")
cloze = note("Cloze", "Istio", "guidCloze3", ["marked"],
             "A {{c1::Gateway}} selects {{c2::pods::what}} by {{c1::labels}}.", "see docs")
m = col.models.copy(col.models.by_name("Basic"))
m["id"] = 0
m["name"] = "Command"
m["flds"][0]["name"] = "Task"
m["flds"][1]["name"] = "Command"
f = col.models.new_field("Note")
col.models.add_field(m, f)
m["tmpls"][0]["qfmt"] = "{{#Task}}Type it: {{Task}}{{/Task}}{{type:Command}}"
m["tmpls"][0]["afmt"] = "{{FrontSide}}<hr id=answer><pre>{{Command}}</pre>{{^Note}}no note{{/Note}}{{#Note}}{{hint:Note}}{{/Note}}"
col.models.add(m)
cmd = note("Command", "Istio", "guidCmd__4", [], "List listeners", "istioctl proxy-config listeners deploy/gw", "")
lone = note("Basic", "Istio", "guidLone_5", [], "Known before", "with no history")
halted = note("Basic", "Istio", "guidHalt_6", ["leech"], "Fails &amp; fails", "a &lt;b&gt;")

day = 86400_000
start = 1793520000000  # 2026-11-01T08:00:00Z


def review(card, when, ease, ivl, last, factor, kind, took=4000):
    col.db.execute("insert into revlog values (?,?,?,?,?,?,?,?,?)", when, card.id, -1, ease, ivl, last, factor, took, kind)


c = basic.cards()[0]
review(c, start, 3, -600, -60, 0, 0)
review(c, start + 700_000, 3, 1, -600, 2500, 0)
review(c, start + day, 3, 3, 1, 2500, 1)
review(c, start + 4 * day, 1, -600, 3, 2300, 1, 9000)
review(c, start + 4 * day + 800_000, 3, 1, -600, 2300, 2)
review(c, start + 5 * day, 4, 4, 1, 2450, 1)
review(c, start + 5 * day + 1000, 3, 4, 4, 0, 3)  # cram
col.db.execute("update cards set type=2, queue=2, ivl=4, due=?, factor=2450, reps=7, lapses=1 where id=?", col.sched.today + 2, c.id)
c = rev.cards()[1]
review(c, start + 5, 4, 8, -60, 2500, 0)
review(c, start + 2 * day, 0, 0, 8, 0, 4)  # reset
review(c, start + 3 * day, 3, -600, -60, 0, 0)
review(c, start + 3 * day + 900_000, 3, 2, -600, 2500, 0)
col.db.execute("update cards set type=2, queue=2, ivl=2, due=?, factor=2500, reps=2 where id=?", col.sched.today, c.id)
c = cloze.cards()[1]
review(c, start + 6 * day, 2, 40, 30, 2350, 1)  # what came before is lost
col.db.execute("update cards set type=2, queue=2, ivl=40, due=?, factor=2350, reps=12, lapses=2 where id=?", col.sched.today + 30, c.id)
c = lone.cards()[0]
col.db.execute("update cards set type=2, queue=2, ivl=100, due=?, factor=2700, reps=9, lapses=0 where id=?", col.sched.today + 60, c.id)
c = halted.cards()[0]
col.db.execute("update cards set queue=-1 where id=?", c.id)
col.save()


def package(name, legacy):
    o = ExportAnkiPackageOptions(with_scheduling=True, with_deck_configs=True, with_media=True, legacy=legacy)
    col.export_anki_package(out_path=os.path.join(out, name), options=o, limit=None)


package("new.apkg", False)
package("old.apkg", True)
col.export_collection_package(os.path.join(out, "old.colpkg"), include_media=True, legacy=True)
col.reopen() if hasattr(col, "reopen") else None
col.export_collection_package(os.path.join(out, "new.colpkg"), include_media=True, legacy=False)
