"""The transfer engine: it takes submitted jobs, copies their bytes, and keeps their rows true.

`engine.Engine` advances everything by one step whenever it is asked to, by the clock it is given;
`thread.EngineThread` asks it all the time.
"""
