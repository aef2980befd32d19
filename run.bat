@echo off
rem Double-click: prepares what is needed and opens the workbench. Files dropped on it are opened.
chcp 65001 >nul
cd /d "%~dp0"
set "RUNNER=python"
where py >nul 2>nul && set "RUNNER=py -3"
%RUNNER% run.py %*
if errorlevel 1 pause
