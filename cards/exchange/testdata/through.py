"""Brings a package through Anki's own program: opened, checked, exported again.

    python through.py IN.apkg OUT.apkg

Prints what Anki has of it as JSON.
"""
import json
import os
import sys
import tempfile

from anki.collection import Collection, ExportAnkiPackageOptions, ImportAnkiPackageOptions, ImportAnkiPackageRequest

col = Collection(os.path.join(tempfile.mkdtemp(), "collection.anki2"))
log = col.import_anki_package(ImportAnkiPackageRequest(
    package_path=os.path.abspath(sys.argv[1]),
    options=ImportAnkiPackageOptions(with_scheduling=True, with_deck_configs=True)))
said, ok = col.fix_integrity()
cards = {}
for cid in col.find_cards(""):
    c = col.get_card(cid)
    n = c.note()
    cards[f"{n.guid} {c.ord}"] = {
        "question": c.question(), "answer": c.answer(), "type": c.type, "queue": c.queue,
        "in": c.due - col.sched.today if c.type == 2 else 0, "interval": c.ivl, "lapses": c.lapses, "deck": col.decks.name(c.did),
        "reviews": [list(r) for r in col.db.execute("select id, ease, ivl, lastIvl, factor, time, type from revlog where cid = ? order by id", cid)],
    }
col.export_anki_package(
    out_path=os.path.abspath(sys.argv[2]), limit=None,
    options=ExportAnkiPackageOptions(with_scheduling=True, with_deck_configs=True, with_media=True, legacy=False))
print(json.dumps({"ok": ok, "said": said, "new": len(log.log.new), "cards": cards}))
