"""The Hugging Face Hub: how long it may take, what it says, a repository's files and commits.

`files` looks and fetches, `places` finds what may be here already, `digests` checks hashes,
`waiting` bounds every wait, `words` puts refusals into sentences, `commits` writes.
Imports results, errors, config and settings alone; knows no model and no table.
"""
