"""Certificates for the servers and clients of one run, made by openssl and keytool below a directory.

An authority signs all of them: `server.crt` with `server.key`, and `client.pem`, a key and its certificate
in one file as Trino wants it. `trust.jks` holds the authority as Hive's older clients want it.
"""

import os
import subprocess

PASSWORD = "changeit"
KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")


class Certificates:
    """The files; they are good for a day."""

    def __init__(self, folder, java):
        self.folder = folder
        os.makedirs(folder)
        self._run("openssl", "req", "-x509", *KEY, "-days", "1", "-subj", "/CN=authority",
                  "-keyout", "ca.key", "-out", "ca.crt")
        self._sign("server", "subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth\n")
        self._sign("client", "extendedKeyUsage=clientAuth\n")
        with open(self.path("client.pem"), "w", encoding="utf-8") as both:
            for name in ("client.key", "client.crt"):
                with open(self.path(name), encoding="utf-8") as part:
                    both.write(part.read())
        self._run(f"{java}/bin/keytool", "-importcert", "-noprompt", "-alias", "authority", "-file", "ca.crt",
                  "-keystore", "trust.jks", "-storetype", "JKS", "-storepass", PASSWORD)

    def path(self, name):
        """Where a file is."""
        return f"{self.folder}/{name}"

    def settings(self, client_certificates):
        """The variables of a skep whose Thrift port speaks TLS alone; certificates of clients are `required` or `optional`."""
        return {
            "SKEP_THRIFT__TLS": "required",
            "SKEP_TLS__CERTIFICATE": self.path("server.crt"),
            "SKEP_TLS__KEY": self.path("server.key"),
            "SKEP_TLS__CLIENT_CA": self.path("ca.crt"),
            "SKEP_TLS__CLIENT_CERTIFICATES": client_certificates,
        }

    def _sign(self, name, extensions):
        with open(self.path(f"{name}.ext"), "w", encoding="utf-8") as text:
            text.write(extensions)
        self._run("openssl", "req", *KEY, "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
        self._run("openssl", "x509", "-req", "-in", f"{name}.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial",
                  "-days", "1", "-extfile", f"{name}.ext", "-out", f"{name}.crt")

    def _run(self, *command):
        subprocess.run(command, cwd=self.folder, check=True, capture_output=True)
